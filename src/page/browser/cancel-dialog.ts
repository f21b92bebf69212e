import { h } from './dom.js';
import type { Page } from './page.js';

/** Asks, when it is opened, whether sending is to end. `yes` is called if so. */
export function cancelDialog({ t }: Page, yes: () => void) {
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
      // The attribute autofocus is refused where something else had the focus before.
      no.focus();
    },
  };
}
