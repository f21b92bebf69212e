import { type Chosen, filesOfInput, takeDropped } from './chosen-files.js';
import { h, icon } from './dom.js';
import type { Page } from './page.js';

/**
 * Accepts dropped files and folders, and has buttons to choose them. `reading` is called if reading
 * a folder takes a while.
 */
export function createZone({ t }: Page, { reading, add }: { reading(): void; add(chosen: Chosen): void }) {
  const input = (folder: boolean) =>
    h('input', {
      type: 'file',
      multiple: true,
      webkitdirectory: folder,
      class: 'unseen',
      tabindex: '-1',
      'aria-hidden': 'true',
      change: (event) => add(filesOfInput(event.target as HTMLInputElement)),
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
        reading();
        void takeDropped(dataTransfer).then(add, () => add(new Map()));
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
