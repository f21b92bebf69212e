import { type Choice, filesOfInput, type Reading, takeDropped } from './chosen-files.js';
import { h, icon } from './dom.js';
import type { Page } from './page.js';

/** After this many milliseconds the page says that it is reading. */
const SLOW = 400;

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
    {
      class: 'zone',
      dragover: (event) => {
        event.preventDefault();
        element.classList.add('over');
      },
      dragleave: () => element.classList.remove('over'),
      drop: (event) => {
        event.preventDefault();
        element.classList.remove('over');
        const { dataTransfer } = event as DragEvent;
        if (dataTransfer === null) return;
        void take((told) => takeDropped(dataTransfer, told));
      },
    },
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
  return {
    element,
    /** Shrinks once files are chosen. */
    shrink(small: boolean): void {
      element.classList.toggle('small', small);
      title.textContent = small ? t.dropMore : t.drop;
    },
  };
}
