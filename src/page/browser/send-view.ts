import type { PlanBody } from '../../schemas/upload-page.js';
import type { UploadBody } from '../../schemas/uploads.js';
import { isPassing, persist, Refusal } from './calls.js';
import { cancelDialog } from './cancel-dialog.js';
import { type Chosen, flat } from './chosen-files.js';
import { createConcurrentNote } from './concurrent-note.js';
import { announce, fileTable, h, setText } from './dom.js';
import { createFileRow } from './file-row.js';
import type { Item } from './item.js';
import { forget, type Memory, type Release } from './memory.js';
import { type Page, setHidden, show, showCancelling, showEnd } from './page.js';
import { createPace, createProgress } from './progress-bars.js';
import { noteCancelled } from './result-view.js';
import { sendingState, sizeOfItems } from './row-state.js';
import { createSendingNotice } from './send-notice.js';
import { createFileSender, endsAll, type Sender } from './sender.js';
import { isOver, showUpload } from './status-view.js';

/** Milliseconds between two requests for the state, and between two redraws. */
const LOOK = 2000;
const DRAW = 250;

/** How often the state is requested after the upload accepts no more bytes. */
const MOST_LOOKS = 10;

type PlannedFile = PlanBody['files'][number];

/** An upload that this tab sends. */
export interface Begun {
  uploadId: string;
  memory: Memory;
  release: Release;
}

/** Sends the chosen files, shows progress, and follows the upload to Zenodo. */
export function startSending(
  page: Page,
  { uploadId, memory, release }: Begun,
  { chosen, plan }: { chosen: Chosen; plan: PlanBody },
  choose: (page: Page) => void,
): void {
  const { t, link, calls, language, base, secret } = page;
  let known: UploadBody | null = null;
  let over = false;
  let completing = false;
  let trouble: Refusal | null = null;
  const sender = createFileSender(chosen, {
    endpoint: `${location.origin}${base}/depositions/${link.deposition_id}/tus`,
    secret,
    language,
    uploadId,
    memory,
    changed: () => void check(),
    ended: (refusal) => void end(refusal),
  });
  const itemsOf = byTarget(sender.items, plan);
  const rows = plan.files.map((file) => rowOf(page, file, itemsOf.get(file.name) ?? [], sender));
  const planned = plan.files.reduce((sum, file) => sum + file.size, 0);
  const before = sizeOfItems(sender.items);
  const progress = createProgress(page);
  const paceOf = createPace();
  const notice = createSendingNotice(page, sender, () => void check());
  const help = h('p', { class: 'soft' }, t.keepOpen);
  const pause = h('button', { type: 'button', click: togglePause }, t.pause);
  const dialog = cancelDialog(page, () => void cancel());

  function togglePause(): void {
    if (sender.isPaused()) sender.resume();
    else sender.pause();
    announce(sender.isPaused() ? t.pausedTitle : t.sendingTitle);
    draw();
  }

  function draw(): void {
    if (over) return;
    const paused = sender.isPaused();
    const received = sender.items.reduce((sum, { sent }) => sum + sent, 0);
    const all = sizeOfItems(sender.items);
    const arrived = sender.isWhole();
    const pace = paceOf(received);
    const lost = !navigator.onLine || (trouble?.status === 0 && !sender.moves());
    const rate = arrived ? (known?.progress.rate ?? 0) : paused || lost || !sender.moves() ? 0 : pace;
    const left = arrived ? (known?.progress.seconds_left ?? null) : rate > 0 ? (all - received) / rate : null;
    const zenodoSize = planned + all - before;
    progress.draw({ received, size: all, sent: known?.progress.sent ?? 0, zenodoSize, rate, left, arrived });
    for (const row of rows) row.draw(known);
    setText(heading, paused ? t.pausedTitle : arrived ? t.arrivedTitle : t.sendingTitle);
    setText(pause, paused ? t.resume : t.pause);
    pause.classList.toggle('primary', paused);
    setText(help, paused ? t.pausedHelp : arrived ? t.mayLeave : t.keepOpen);
    setHidden(pause, arrived);
    notice.draw(known, trouble);
  }

  /** When everything has arrived, completes the upload. */
  async function check(): Promise<void> {
    if (over || completing || !sender.isWhole()) return;
    completing = true;
    try {
      const now = await persist(
        () => calls.complete(link.deposition_id, uploadId),
        (refusal) => {
          trouble = isPassing(refusal) ? refusal : null;
        },
        (refusal) => isPassing(refusal) || isBeingChecked(refusal),
      );
      follow(now);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      void end(error);
    }
  }

  /** The service continues by itself, or the upload has ended. */
  function follow(now: UploadBody): void {
    if (over) return;
    leave();
    showUpload(page, now, choose);
  }

  /** Nothing more can be sent. The state of the upload or link says more than the error. */
  async function end(refusal: Refusal): Promise<void> {
    if (over) return;
    leave();
    show(t, link.application_name, t.loading);
    let now = await calls.upload(uploadId).catch(() => null);
    // Another request is just ending it. Neither of these ends it.
    const mayEnd = refusal.code !== 'upload_unfinished' && refusal.code !== 'reauthorization_required';
    for (let looks = 0; mayEnd && now?.stage === 'receiving' && looks < MOST_LOOKS; looks += 1) {
      await new Promise((resolve) => setTimeout(resolve, LOOK));
      now = await calls.upload(uploadId).catch(() => null);
    }
    const fresh = await calls.link().catch(() => null);
    if (now !== null && now.stage !== 'receiving') showUpload(page, now, choose);
    else if (fresh !== null && (fresh.state !== 'active' || refusal.code === 'upload_unfinished')) {
      // The link has ended, or files of an earlier visit are missing.
      choose({ ...page, link: fresh });
    } else showEnd(page, refusal, memory.begun().length > 0 ? t.consentBegun : '');
  }

  async function look(): Promise<void> {
    if (over) return;
    try {
      // There is no upload before the first announcement.
      if (memory.begun().length === 0) return;
      const now = await calls.upload(uploadId);
      // The network is back: stalled requests are started again.
      if (trouble?.status === 0) sender.revive();
      trouble = null;
      known = now;
      if (isOver(now) || now.state === 'waiting_for_authorization') follow(now);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (isPassing(error)) trouble = error;
      else if (endsAll(error)) void end(error);
    } finally {
      if (!over) setTimeout(() => void look(), LOOK);
    }
  }

  async function cancel(): Promise<void> {
    leave();
    noteCancelled(uploadId);
    showCancelling(page);
    try {
      const now = await persist(
        () => calls.cancel(uploadId),
        () => undefined,
      );
      forget(uploadId);
      showUpload(page, now, choose);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      forget(uploadId);
      if (error.status === 401 || error.status === 410) return showEnd(page, error);
      // Nothing of it had been announced.
      choose(page);
    }
  }

  const warn = (event: BeforeUnloadEvent) => {
    event.preventDefault();
    // Chrome asks for it up to version 118.
    event.returnValue = true;
  };
  window.addEventListener('beforeunload', warn);
  const drawing = setInterval(draw, DRAW);
  function leave(): void {
    over = true;
    sender.stop();
    release();
    clearInterval(drawing);
    window.removeEventListener('beforeunload', warn);
    dialog.remove();
  }

  const heading = show(
    t,
    link.application_name,
    t.sendingTitle,
    help,
    notice.element,
    createConcurrentNote(page, uploadId),
    progress.element,
    h(
      'p',
      { class: 'actions' },
      h('button', { type: 'button', class: 'quiet', click: dialog.open }, t.cancel),
      pause,
    ),
    fileTable(
      t.listTitle,
      [
        { name: t.file },
        { name: t.progress, kind: 'bars' },
        { name: t.size, kind: 'num' },
        { name: t.pause, kind: 'unseen' },
      ],
      h('tbody', {}, ...rows.map(({ element }) => element)),
    ),
  );
  sender.start();
  draw();
  setTimeout(() => void look(), LOOK / 2);
}

/** Everything has arrived, but the service has not verified it yet. */
function isBeingChecked({ code, retryAfter }: Refusal): boolean {
  return code === 'upload_unfinished' && retryAfter !== null;
}

/** The row of a file at Zenodo, and of the files it is made of. */
function rowOf(page: Page, file: PlannedFile, items: readonly Item[], sender: Sender) {
  const before = sizeOfItems(items);
  const row = createFileRow(page, file, (deed) => {
    const still = items.filter(({ state }) => state !== 'left_out');
    if (deed === 'pause') sender.pauseSome(still);
    else sender.resumeSome(still);
  });
  return {
    element: row.element,
    draw(known: UploadBody | null): void {
      row.draw(sendingState(page, file, { items, before, paused: sender.isPaused() }, known));
    },
  };
}

/** What is sent, by the name of what it becomes at Zenodo. */
function byTarget(items: readonly Item[], { files }: PlanBody): Map<string, Item[]> {
  const zips = new Set(files.filter(({ zip }) => zip).map(({ name }) => name));
  const targets = new Map<string, Item[]>();
  for (const item of items) {
    const zip = `${item.path.split('/', 1)[0]}.zip`;
    const isInZip = item.path.includes('/') && zips.has(zip);
    const name = isInZip ? zip : flat(item.path);
    const others = targets.get(name);
    if (others === undefined) targets.set(name, [item]);
    else others.push(item);
  }
  return targets;
}
