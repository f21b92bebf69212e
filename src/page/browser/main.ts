import { createCalls, persist, Refusal, saying } from './calls.js';
import { type Earlier, showChoosing, type Unfinished } from './choose-view.js';
import { h, note } from './dom.js';
import { earlierNotes, goOnWithEarlier, mayGoOn } from './earlier-uploads.js';
import {
  canRemember,
  claim,
  forget,
  forgetOld,
  newId,
  openMemory,
  type Release,
  remembers,
  takeSecret,
} from './memory.js';
import {
  backLink,
  exchangeForNote,
  exchangeForTrouble,
  type Page,
  show,
  showCancelling,
  showEnd,
  speak,
} from './page.js';
import { type Begun, startSending } from './send-view.js';
import { isOver, showUpload } from './status-view.js';

const base = document.body.dataset['base'] ?? '';

/**
 * Loads the link, and shows the view for its state. The views: choose-view.ts, plan-view.ts (inside
 * it), send-view.ts, status-view.ts, result-view.ts.
 */
async function open(): Promise<void> {
  let words = speak(null);
  const loading = document.getElementById('loading') ?? document.body;
  const secret = takeSecret();
  if (secret === '') {
    show(words.t, null, words.t.noLinkTitle, note('warn', null, words.t.noLinkHelp));
    return;
  }
  const calls = createCalls(base, secret, () => words.language);
  try {
    const late = () => exchangeForNote(loading, 'warn', words.t.late, words.t.lateHelp);
    const link = await persist(
      () => saying(late, calls.link()),
      (refusal) => exchangeForTrouble(loading, words, refusal),
    );
    words = speak(link.locale);
    forgetOld();
    begin({ base, secret, calls, link, ...words });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const title = error.status === 401 ? words.t.wrongLinkTitle : words.t.troubleTitle;
    show(words.t, null, title, note('warn', null, error.message || words.t.noLinkHelp));
  }
}

function begin(page: Page): void {
  const { link, t } = page;
  // Uploads of other browsers are only counted, unless this one stores nothing.
  const stores = canRemember();
  const own = link.uploads.filter(({ upload_id }) => !stores || remembers(upload_id));
  const last = own.findLast(({ stage }) => stage !== 'done') ?? own.at(-1) ?? null;
  const isUsable = link.state === 'active' && link.connection === 'active';
  if (last !== null && (isOver(last) ? isUsable || link.state === 'expired' : last.stage !== 'receiving')) {
    showUpload(page, last, (next) => void choose(next));
  } else if (link.state !== 'active') showEnded(page);
  else if (!isUsable) {
    const isBegun = last !== null && !isOver(last);
    showEnd(page, new Refusal(401, 'reauthorization_required'), isBegun ? t.consentBegun : '');
  } else void choose(page);
}

/**
 * Shows the choice for an upload that this browser began and no other tab is sending, or for a new
 * one.
 */
async function choose(before: Page): Promise<void> {
  if (before.link.state !== 'active') return showEnded(before);
  const page = await goOnWithEarlier(before);
  const receiving = page.link.uploads.filter(
    ({ upload_id, stage }) => stage === 'receiving' && remembers(upload_id),
  );
  for (const { upload_id: uploadId, progress } of receiving) {
    const release = await claim(uploadId);
    if (release === null) continue;
    const unfinished = {
      bytes: progress.size,
      memory: openMemory(uploadId),
      throwAway: () => void throwAway(page, uploadId, release),
    };
    return chooseFor(page, { uploadId, release }, unfinished);
  }
  const uploadId = newId();
  chooseFor(page, { uploadId, release: (await claim(uploadId)) ?? (() => undefined) }, null);
}

/** Discards what was begun, and starts again. */
async function throwAway(page: Page, uploadId: string, release: Release): Promise<void> {
  showCancelling(page);
  try {
    await persist(
      () => page.calls.cancel(uploadId),
      () => undefined,
    );
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.status === 401 || error.status === 410) return showEnd(page, error);
    // It has already ended. The link says how.
  }
  forget(uploadId);
  release();
  void choose({ ...page, link: await page.calls.link().catch(() => page.link) });
}

/** The link has ended, for a reason. */
function showEnded(page: Page): void {
  const { link, t } = page;
  const reason = link.reason ?? 'expired';
  const help =
    reason === 'published' ? t.publishedHelp : reason === 'deleted' ? t.deletedHelp : t.expiredHelp;
  const isBegun = link.uploads.some(({ upload_id: id, stage }) => stage === 'receiving' && remembers(id));
  show(
    t,
    link.application_name,
    t.expiredTitle,
    note('warn', t.reasons[reason], reason === 'expired' && isBegun ? `${help} ${t.consentBegun}` : help),
    h('p', { class: 'actions' }, backLink(page)),
  );
}

function chooseFor(page: Page, begun: Omit<Begun, 'memory'>, before: Unfinished | null): void {
  const again = (next: Page) => void choose(next);
  const earlier: Earlier = {
    notes: earlierNotes(page, again),
    async lookAgain(free) {
      const fresh = { ...page, link: await page.calls.link().catch(() => page.link) };
      const isMine = fresh.link.earlier_uploads.some(mayGoOn);
      if (!free || !isMine) return earlierNotes(fresh, again);
      begun.release();
      again(fresh);
      return null;
    },
  };
  showChoosing(page, { uploadId: begun.uploadId, before, earlier }, (chosen, plan) => {
    const memory = openMemory(begun.uploadId);
    startSending(page, { ...begun, memory }, { chosen, plan }, again);
  });
}

// Another link that is opened in this tab does not load the page again by itself. While files are
// sent, the browser asks first.
window.addEventListener('hashchange', () => {
  if (location.hash.length > 1) location.reload();
});
void open();
