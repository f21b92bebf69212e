import { h } from './dom.js';
import type { Page } from './page.js';

/** Asks whether sending is to end. `yes` is called if so. */
export function cancelDialog({ t }: Page, yes: () => void): HTMLDialogElement {
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
      h(
        'button',
        { type: 'button', class: 'primary', autofocus: true, click: () => dialog.close() },
        t.cancelNo,
      ),
    ),
  );
  return dialog;
}
