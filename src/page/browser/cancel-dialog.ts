import { h } from './dom.js';
import type { Page } from './page.js';

/**
 * The dialog may open under the finger of the user: a second tap within this time is still meant
 * for what was there before. Milliseconds.
 */
const SETTLING = 400;

/** Asks whether to stop sending. Calls `yes` if the user confirms. */
export function cancelDialog({ t }: Page, yes: () => void) {
  let openedAt = 0;
  const no = h('button', { type: 'button', class: 'primary', click: () => dialog.close() }, t.cancelNo);
  const dialog = h(
    'dialog',
    { 'aria-labelledby': 'cancel-title', 'aria-describedby': 'cancel-help' },
    h('h2', { id: 'cancel-title' }, t.cancelTitle),
    h('p', { id: 'cancel-help' }, t.cancelHelp),
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
        t.cancelYes,
      ),
      no,
    ),
  );
  return {
    element: dialog,
    open(): void {
      dialog.showModal();
      openedAt = performance.now();
      // Browsers ignore the attribute autofocus if something else had the focus.
      no.focus();
    },
  };
}
