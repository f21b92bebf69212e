import { Refusal } from './calls.js';
import { announce, h, note } from './dom.js';
import type { Page } from './page.js';

/** Milliseconds between looks at what comes from elsewhere. */
const LOOK = 5000;

/**
 * Says, for as long as it is shown, what else is being brought to the same entry. `looked` hears
 * after each look whether something came from elsewhere since the look before it.
 */
export function createConcurrentNote(
  { t, calls, size }: Page,
  uploadId: string,
  looked: (moving: boolean) => void = () => undefined,
): HTMLElement {
  const element = h('div', { class: 'concurrent' });
  // What came before the first look is not known.
  let before = 1;

  async function look(): Promise<void> {
    if (!element.isConnected) return;
    try {
      if (!document.hidden) {
        const { uploads, files, size: bytes } = await calls.concurrent(uploadId);
        if (!element.isConnected) return;
        draw(uploads, files, bytes);
        looked(uploads > 0 || before > 0);
        before = uploads;
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      // The view in which this stands says what is wrong with the link or the line.
      if (error.status === 401 || error.status === 410) return;
    }
    setTimeout(() => void look(), LOOK);
  }

  function draw(uploads: number, files: number, bytes: number): void {
    const said = uploads === 0 ? '' : t.concurrent(files, size(bytes));
    if (element.textContent === said) return;
    if (element.childElementCount === 0 && said !== '') announce(said);
    const line = element.querySelector('p');
    if (said === '') element.replaceChildren();
    else if (line === null) element.replaceChildren(note('info', null, said));
    else line.textContent = said;
  }

  setTimeout(() => void look(), 0);
  return element;
}
