import { h } from './dom.js';
import type { Page } from './page.js';

/**
 * The dialog may open under the finger of the user: a second tap within this time is still meant
 * for what was there before. Milliseconds.
 */
const SETTLING = 400;

/** What a dialog says: its title and a sentence, and its two buttons. */
interface Words {
  title: string;
  help: string;
  yes: string;
  no: string;
}

/** Asks whether to stop sending. Calls `yes` if the user confirms. */
export function cancelDialog({ t }: Page, yes: () => void) {
  const { cancelTitle: title, cancelHelp: help } = t;
  return createDialog({ title, help, yes: t.cancelYes, no: t.cancelNo }, yes);
}

/** A button that discards an upload, after it has asked. */
export function throwAwayButton({ t }: Pick<Page, 't'>, yes: () => void): HTMLElement {
  const { throwTitle: title, throwHelp: help } = t;
  const dialog = createDialog({ title, help, yes: t.throwYes, no: t.throwNo }, yes);
  return h('p', {}, h('button', { type: 'button', click: dialog.open }, t.throwAway));
}

let dialogs = 0;

function createDialog(words: Words, yes: () => void) {
  let openedAt = 0;
  dialogs += 1;
  const [title, help] = [`ask-${dialogs}`, `ask-help-${dialogs}`];
  const no = h('button', { type: 'button', class: 'primary', click: () => dialog.close() }, words.no);
  const dialog = h(
    'dialog',
    { 'aria-labelledby': title, 'aria-describedby': help },
    h('h2', { id: title }, words.title),
    h('p', { id: help }, words.help),
    h(
      'p',
      { class: 'actions' },
      h(
        'button',
        {
          type: 'button',
          class: 'quiet danger',
          click: () => {
            if (performance.now() - openedAt < SETTLING) return;
            dialog.close();
            yes();
          },
        },
        words.yes,
      ),
      no,
    ),
  );
  dialog.addEventListener('close', () => dialog.remove());
  return {
    open(): void {
      document.body.append(dialog);
      dialog.showModal();
      openedAt = performance.now();
      // Browsers ignore the attribute autofocus if something else had the focus.
      no.focus();
    },
    remove: () => dialog.remove(),
  };
}
