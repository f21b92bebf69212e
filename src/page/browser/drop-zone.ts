import { type Choice, filesOfInput, type Reading, takeDropped } from './chosen-files.js';
import { h, icon } from './dom.js';
import type { Page } from './page.js';

/** After this many milliseconds the page says that it is reading. */
const SLOW = 400;

/** The last zone. */
let inView: { element: HTMLElement; drop(data: DataTransfer): void } | null = null;

/**
 * Files may be dropped anywhere on the page. If there is no zone, they are ignored: the browser
 * would show them in the place of the page.
 */
function onDrag(event: DragEvent): void {
  const { dataTransfer: data, type } = event;
  if (data === null || !data.types.includes('Files')) return;
  event.preventDefault();
  const zone = inView?.element.isConnected ? inView : null;
  if (zone === null) data.dropEffect = 'none';
  // Whatever is left, the pointer is above something else of the page, or has gone.
  const isOver = type === 'dragover' || (type === 'dragleave' && event.relatedTarget !== null);
  zone?.element.classList.toggle('over', isOver);
  if (type === 'drop') zone?.drop(data);
}

for (const type of ['dragover', 'dragleave', 'drop'] as const) window.addEventListener(type, onDrag);

/** What the page does with a choice, in this order. */
interface Choosing {
  /** The user has chosen something, which is read now. */
  begin(): void;
  /** Reading takes a while. Called again and again. */
  reading: Reading;
  add(choice: Choice): void;
}

/** Accepts dropped files and folders, and has buttons to choose them. */
export function createZone({ t }: Page, { begin, reading, add }: Choosing) {
  async function take(choose: (told: Reading) => Promise<Choice>): Promise<void> {
    const since = performance.now();
    begin();
    const told: Reading = (count) => performance.now() - since > SLOW && reading(count);
    add(await choose(told));
  }

  const input = (folder: boolean) =>
    h('input', {
      type: 'file',
      multiple: true,
      webkitdirectory: folder,
      class: 'unseen',
      tabindex: '-1',
      'aria-hidden': 'true',
      change: (event) => void take((told) => filesOfInput(event.target as HTMLInputElement, told)),
    });
  const files = input(false);
  const folder = input(true);
  // Phones cannot choose folders.
  const hasFolders = 'webkitdirectory' in files;
  const title = h('p', { class: 'lead' }, t.drop);
  const element = h(
    'div',
    { class: 'zone' },
    icon('cloud'),
    h('div', { class: 'words' }, title, h('p', { class: 'soft' }, t.orChoose)),
    h(
      'p',
      { class: 'choices' },
      h('button', { type: 'button', click: () => files.click() }, t.chooseFiles),
      hasFolders ? h('button', { type: 'button', click: () => folder.click() }, t.chooseFolder) : null,
    ),
    files,
    folder,
  );
  inView = { element, drop: (data) => void take((told) => takeDropped(data, told)) };
  return {
    element,
    /** Shrinks once files are chosen. */
    shrink(small: boolean): void {
      element.classList.toggle('small', small);
      title.textContent = small ? t.dropMore : t.drop;
    },
  };
}
