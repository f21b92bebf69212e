import { type Html, html } from '../pages/html.js';

/**
 * A button that makes a control call, with an optional JSON body. Its `id` preserves the keyboard
 * focus when its surroundings are redrawn. `about` tells users of a screen reader which of several
 * buttons it is.
 */
export function callButton(id: string, label: string, call: string, body?: unknown, about?: string): Html {
  const data = body === undefined ? null : html` data-body="${JSON.stringify(body)}"`;
  return html`<button type="button" id="${id}" data-call="${call}"${data}${about === undefined ? null : html` aria-label="${label} ${about}"`}>${label}</button>`;
}

/** Readable text with a button that copies it. */
export function copyable(id: string, what: string, text: string): Html {
  return html`<code>${text}</code> <button type="button" class="small" id="${id}" data-copy="${text}" aria-label="Copy ${what}">Copy</button>`;
}

/** How many items of a list are shown, and a note about the rest. */
export function newest<T>(items: T[], limit: number, draw: (item: T) => Html): Html {
  const shown = items.slice(-limit).reverse();
  const rest = items.length - shown.length;
  return html`${shown.map(draw)}${rest === 0 ? null : html`<p class="soft">and ${rest} older ones, see <a href="/_mock/state">the state</a></p>`}`;
}
