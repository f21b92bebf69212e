import { Refusal } from './calls.js';
import { announce, h, note } from './dom.js';
import type { Page } from './page.js';

/** Milliseconds between two requests. */
const LOOK = 5000;

/**
 * Shows what other uploads bring to the same draft. `looked` is called after each request with
 * whether something arrived since the previous one, and whether all of it has just stopped.
 */
export function createConcurrentNote(
  { t, calls, size }: Page,
  uploadId: string,
  looked: (moving: boolean, stopped: boolean) => void = () => undefined,
): HTMLElement {
  const element = h('div', { class: 'concurrent' });
  /** Uploads at the last request; null before the first. */
  let before: number | null = null;

  async function look(): Promise<void> {
    if (!element.isConnected) return;
    try {
      if (!document.hidden) {
        const { uploads, files, size: bytes } = await calls.concurrent(uploadId);
        if (!element.isConnected) return;
        draw(uploads, files, bytes);
        looked(uploads > 0 || before !== 0, uploads === 0 && before !== null && before > 0);
        before = uploads;
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      // The surrounding view reports errors of the link and the network.
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
