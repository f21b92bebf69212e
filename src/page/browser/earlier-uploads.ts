import type { EarlierUploadBody } from '../../schemas/upload-page.js';
import { Refusal } from './calls.js';
import { throwAwayButton } from './cancel-dialog.js';
import { h, note } from './dom.js';
import { someOf } from './format.js';
import { claim, forget, remembers } from './memory.js';
import { type Page, showEnd } from './page.js';

/** Whether an unfinished upload of an earlier link is silent, and this browser began it. */
export function mayGoOn({ upload_id: id, active }: EarlierUploadBody): boolean {
  return !active && remembers(id);
}

/**
 * Takes over an unfinished upload of an earlier link that this browser began and no other tab is
 * sending. Returns the updated link.
 */
export async function goOnWithEarlier(page: Page): Promise<Page> {
  for (const { upload_id: id } of page.link.earlier_uploads.filter(mayGoOn)) {
    const release = await claim(id);
    if (release === null) continue;
    try {
      return { ...page, link: await page.calls.takeOver(id) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    } finally {
      release();
    }
  }
  return page;
}

/** Notes about uploads of earlier links; null if there are none. */
export function earlierNotes(page: Page, choose: (page: Page) => void): HTMLElement | null {
  const { t, link, calls, size } = page;
  // Uploads in progress elsewhere are shown separately.
  const left = link.earlier_uploads.filter(({ active }) => !active);
  if (left.length === 0) return null;
  const throwAway = async (id: string) => {
    try {
      await calls.takeOver(id);
      await calls.cancel(id);
      forget(id);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.status === 401 || error.status === 410) return showEnd(page, error);
      // It continues elsewhere or has ended. The link says which.
    }
    const fresh = await calls.link().catch(() => link);
    choose({ ...page, link: fresh });
  };
  return h(
    'div',
    {},
    ...left.map(({ upload_id: id, files, names, size: bytes }) => {
      const named = `${someOf(names, t)}${files > names.length ? ' …' : ''}`;
      const what = `${t.total(files, size(bytes))}${named === '' ? '' : ` (${named})`}`;
      return note(
        'info',
        t.earlierTitle,
        `${what}. ${t.earlierHelp}`,
        throwAwayButton(page, () => void throwAway(id)),
      );
    }),
  );
}
