import type { PlanBody } from '../../schemas/upload-page.js';
import { persist, Refusal, saying } from './calls.js';
import { throwAwayButton } from './cancel-dialog.js';
import { type Choice, type Chosen, flat } from './chosen-files.js';
import { createConcurrentNote } from './concurrent-note.js';
import { announce, h, note, setText } from './dom.js';
import { createZone } from './drop-zone.js';
import { someOf } from './format.js';
import { removeAt } from './item.js';
import { limitsNote } from './limits-note.js';
import { type Memory, markOf } from './memory.js';
import {
  backLink,
  exchange,
  exchangeForNote,
  exchangeForTrouble,
  isZenodoAway,
  type Page,
  show,
  showEnd,
} from './page.js';
import { plannedView, unreadNote } from './plan-view.js';

/** Paths per plan request. */
const MOST = 20_000;

/** An incomplete upload that this browser began. */
export interface Unfinished {
  /** Bytes of the announced files. */
  bytes: number;
  memory: Memory;
  /** Discards the upload. */
  throwAway(): void;
}

/** Notes about uploads of earlier links; null if there are none. */
export interface Earlier {
  notes: HTMLElement | null;
  /**
   * Looks again at the link, because another upload has stopped. `free`: nothing is chosen yet, so
   * that the page may continue that upload.
   */
  lookAgain(free: boolean): Promise<HTMLElement | null>;
}

/** What the chosen files are for. */
interface Choosing {
  /** The upload that will bring them. */
  uploadId: string;
  /** An upload to continue. */
  before: Unfinished | null;
  earlier: Earlier;
}

/** Lets the user choose files, shows the plan, and passes on what to send. */
export function showChoosing(
  page: Page,
  { uploadId, before, earlier }: Choosing,
  send: (chosen: Chosen, plan: PlanBody) => void,
): void {
  const { t, link, calls } = page;
  const chosen: Chosen = new Map();
  const twice = new Set<string>();
  const unread = new Set<string>();
  /** Marks of files that the service could not remove. */
  const kept = new Set<string>();
  const planned = h('div', { class: 'planned' });
  const unfinished = h('div', {}, earlier.notes);
  const unknown = unknownDraft(page);
  const keepsFolders = link.folders === 'zip';
  let asked = 0;
  /** Where the keyboard goes on once a row has gone. */
  let nextRow: number | null = null;
  let isSent = false;
  const zone = createZone(page, {
    // A plan that is on its way does not know of these files, and must not be sent.
    begin: () => {
      asked += 1;
    },
    reading: (count) => {
      const line = planned.querySelector('.reading');
      if (line !== null) return setText(line, t.readingFiles(count));
      exchange(planned, reading());
      announce(t.reading);
    },
    add,
  });

  function add(choice: Choice): void {
    if (isSent) return;
    const here = new Set<string>();
    for (const [path, file] of choice.files) {
      const other = chosen.get(path);
      const isOther = other !== undefined && markOf(path, other) !== markOf(path, file);
      if (isOther || here.has(path)) twice.add(path);
      here.add(path);
      chosen.set(path, file);
    }
    for (const one of unread) {
      const isRead = one.endsWith('/') ? [...here].some((path) => path.startsWith(one)) : here.has(one);
      if (isRead) unread.delete(one);
    }
    for (const one of choice.unread) unread.add(one);
    void plan();
  }

  /** `shown`: the plan that the user confirmed. It is sent if it has not changed. */
  async function plan(shown: PlanBody | null = null): Promise<void> {
    const mine = ++asked;
    zone.shrink(chosen.size > 0);
    announce('');
    planned.removeAttribute('aria-busy');
    if (chosen.size === 0) return nothing();
    if (chosen.size > MOST) return exchange(planned, tooMany());
    if (planned.childElementCount === 0) planned.append(reading());
    planned.setAttribute('aria-busy', 'true');
    const files = [...chosen].map(([path, file]) => ({ path, size: file.size }));
    const isLatest = () => mine === asked;
    try {
      const late = () => isLatest() && exchangeForNote(planned, 'warn', t.late, t.lateHelp);
      const answer = await persist(
        () => saying(late, calls.plan(uploadId, files)),
        (refusal) => isLatest() && exchangeForTrouble(planned, page, refusal),
      );
      if (!isLatest()) return;
      if (JSON.stringify(answer) !== JSON.stringify(shown)) draw(answer, shown !== null);
      else {
        for (const { path } of answer.left_out) chosen.delete(path);
        isSent = true;
        send(chosen, answer);
      }
    } catch (error) {
      if (!isLatest() || !(error instanceof Refusal)) return;
      if (error.status === 401 || error.status === 410 || error.status === 409)
        showEnd(page, error, before === null ? '' : t.consentBegun);
      else exchangeForNote(planned, 'bad', t.troubleTitle, error.message);
    } finally {
      if (isLatest()) planned.removeAttribute('aria-busy');
    }
  }

  const reading = () => h('p', { class: 'soft reading' }, t.reading);
  const startOver = () => showChoosing(page, { uploadId, before, earlier }, send);

  /** What another browser, or an earlier visit, was sending has stopped. */
  async function lookAgain(): Promise<void> {
    if (isSent || before !== null) return;
    const found = await earlier.lookAgain(chosen.size === 0);
    if (found !== null && unfinished.isConnected) exchange(unfinished, found);
  }

  /** No file to ask about. What could not be read is said all the same. */
  function nothing(): void {
    exchange(planned, ...(unread.size === 0 ? [] : [unreadNote(page, [...unread])]));
    if (unread.size > 0) announce(`${t.unread}. ${t.unreadHelp}`);
  }

  /** More than can be asked about, let alone sent, at once. */
  function tooMany(): HTMLElement {
    announce(`${t.tooManyTitle}. ${t.tooManyHelp(chosen.size, MOST)}`);
    return note(
      'bad',
      t.tooManyTitle,
      t.tooManyHelp(chosen.size, MOST),
      h('p', {}, h('button', { type: 'button', click: startOver }, t.startOver)),
    );
  }

  /** `changed`: the plan differs from the one that the user confirmed. */
  function draw(answer: PlanBody, changed: boolean): void {
    const missing = notChosen();
    const pathsOf = (some: typeof missing) => some.map(({ path }) => path);
    const { notes, list } = plannedView(
      page,
      answer,
      {
        unread: [...unread],
        twice: [...twice],
        missing: pathsOf(missing),
        kept: pathsOf(missing.filter(({ mark }) => kept.has(mark))),
        changed,
      },
      {
        leaveOut: (paths, row) => {
          nextRow = row ?? null;
          leaveOut(paths);
        },
        dropMissing: () => void drop(missing),
        startOver,
        send: () => void plan(answer),
      },
    );
    unknown?.remove();
    exchange(planned, ...notes, ...list);
    if (nextRow !== null) focusRow(planned, nextRow);
    nextRow = null;
    const { files } = answer;
    const bytes = files.reduce((sum, file) => sum + file.size, 0);
    const titles = notes.map((one) => one.querySelector('.lead')?.textContent ?? '');
    announce([...titles, t.total(files.length, page.size(bytes))].join('. ').replace(/:\. /g, ': '));
  }

  /** Files that were begun but not chosen now. The upload cannot complete without them. */
  function notChosen() {
    const marks = new Set([...chosen].map(([path, file]) => markOf(path, file)));
    return before === null ? [] : before.memory.begun().filter(({ mark }) => !marks.has(mark));
  }

  async function drop(some: ReturnType<typeof notChosen>): Promise<void> {
    planned.setAttribute('aria-busy', 'true');
    kept.clear();
    for (const { mark, url } of some) {
      if (await removeAt(url, page)) before?.memory.drop(mark);
      else kept.add(mark);
    }
    void plan();
  }

  /** `paths`: as in a plan; of a file that goes by itself out of a folder, its name. */
  function leaveOut(paths: readonly (string | null)[]): void {
    const gone = new Set(paths);
    for (const path of chosen.keys()) {
      const folder = path.slice(0, path.indexOf('/') + 1);
      const isGone =
        gone.has(path) || (folder !== '' && (keepsFolders ? gone.has(folder) : gone.has(flat(path))));
      if (!isGone) continue;
      chosen.delete(path);
      twice.delete(path);
    }
    void plan();
  }

  show(
    t,
    link.application_name,
    before === null ? t.chooseFiles : t.resumeTitle,
    before === null ? h('p', { class: 'soft' }, t.intro) : resumeNote(page, before),
    unfinished,
    createConcurrentNote(page, uploadId, (_moving, stopped) => {
      if (stopped) void lookAgain();
    }),
    unknown,
    zone.element,
    limitsNote(page),
    alreadyThere(page),
    planned,
    h('p', { class: 'actions start' }, backLink(page, 'quiet')),
  );
}

/** A row has gone: the keyboard goes on at the one that took its place. */
function focusRow(planned: HTMLElement, row: number): void {
  const buttons = planned.querySelectorAll<HTMLButtonElement>('tbody button');
  buttons[Math.min(row, buttons.length - 1)]?.focus();
}

function resumeNote({ t, size }: Page, { bytes, memory, throwAway }: Unfinished): HTMLElement {
  const names = memory.begun().map(({ path }) => path);
  return note(
    'info',
    null,
    t.resumeHelp(size(bytes)),
    h('p', {}, h('strong', {}, someOf(names, t))),
    throwAwayButton({ t }, throwAway),
  );
}

/** Says that Zenodo does not show the draft; null if it does. */
function unknownDraft({ t, link: { draft_error: error } }: Page): HTMLElement | null {
  if (error === null) return null;
  const { code, user_message: told } = error;
  if (code === 'not_your_deposition') return note('warn', t.draftUnknown, told);
  return note('warn', t.draftUnknown, `${isZenodoAway(code) ? t.busyZenodo : told} ${t.draftUnknownHelp}`);
}

/** The files that the draft already has. */
function alreadyThere({ t, link: { draft }, size }: Page): HTMLElement | null {
  if (draft === null || draft.files.length === 0) return null;
  return h(
    'details',
    {},
    h('summary', {}, t.there(draft.files.length)),
    h('ul', {}, ...draft.files.map((file) => h('li', {}, `${file.name}, ${size(file.size)}`))),
  );
}
