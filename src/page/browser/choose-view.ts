import type { PlanBody } from '../../schemas/upload-page.js';
import { persist, Refusal, saying } from './calls.js';
import type { Chosen } from './chosen-files.js';
import { createConcurrentNote } from './concurrent-note.js';
import { announce, h, note } from './dom.js';
import { createZone } from './drop-zone.js';
import { removeAt } from './item.js';
import { limitsNote } from './limits-note.js';
import { type Memory, markOf } from './memory.js';
import { backLink, type Page, show, showEnd, troubleWords } from './page.js';
import { plannedView } from './plan-view.js';

/** Most paths that are asked about at once. */
const MOST = 20_000;

/** An upload that was begun in this browser and is not complete. */
export interface Unfinished {
  /** Of the files that were announced. */
  bytes: number;
  memory: Memory;
  /** The person does not go on with any of it. */
  throwAway(): void;
}

/** Names that are shown at once. */
const MOST_NAMES = 20;

/**
 * Lets the person choose, shows what becomes of it, and hands over what is to be sent by the upload
 * of that id. `before`: an upload that goes on; `earlier`: what is to be said of uploads of earlier
 * links.
 */
export function showChoosing(
  page: Page,
  uploadId: string,
  send: (chosen: Chosen, plan: PlanBody) => void,
  before: Unfinished | null = null,
  earlier: HTMLElement | null = null,
): void {
  const { t, link, calls } = page;
  const chosen: Chosen = new Map();
  const twice = new Set<string>();
  const planned = h('div', { class: 'planned' });
  let asked = 0;
  const zone = createZone(page, {
    reading: () => planned.replaceChildren(h('p', { class: 'soft' }, t.reading)),
    add,
  });

  function add(more: Chosen): void {
    for (const [path, file] of more) {
      const other = chosen.get(path);
      if (other !== undefined && markOf(path, other) !== markOf(path, file)) twice.add(path);
      chosen.set(path, file);
    }
    void plan();
  }

  /** `shown`: the plan that the person has agreed to: it is sent if nothing has changed since. */
  async function plan(shown: PlanBody | null = null): Promise<void> {
    const mine = ++asked;
    zone.shrink(chosen.size > 0);
    if (chosen.size === 0) {
      planned.replaceChildren();
      return;
    }
    if (planned.childElementCount === 0) planned.replaceChildren(h('p', { class: 'soft' }, t.reading));
    planned.setAttribute('aria-busy', 'true');
    const files = [...chosen].slice(0, MOST).map(([path, file]) => ({ path, size: file.size }));
    try {
      const late = () => {
        if (mine === asked) planned.replaceChildren(note('warn', t.late, t.lateHelp));
      };
      const answer = await persist(
        () => saying(late, calls.plan(uploadId, files)),
        (refusal) => {
          if (mine === asked) planned.replaceChildren(trouble(page, refusal));
        },
      );
      if (mine !== asked) return;
      if (JSON.stringify(answer) !== JSON.stringify(shown)) draw(answer, shown !== null);
      else {
        for (const { path } of answer.left_out) chosen.delete(path);
        send(chosen, answer);
      }
    } catch (error) {
      if (mine !== asked || !(error instanceof Refusal)) return;
      if (error.status === 401 || error.status === 410 || error.status === 409) showEnd(page, error);
      else planned.replaceChildren(note('bad', t.troubleTitle, error.message));
    } finally {
      planned.removeAttribute('aria-busy');
    }
  }

  /** `changed`: it is not what the person has agreed to a moment ago. */
  function draw(answer: PlanBody, changed: boolean): void {
    const { files, refused } = answer;
    const bytes = files.reduce((sum, file) => sum + file.size, 0);
    const total = t.total(files.length, page.size(bytes));
    const said = [total, changed ? t.planChanged : '', refused.length === 0 ? '' : t.refusedTitle];
    announce(said.filter(Boolean).join('. '));
    const missing = notChosen();
    const view = plannedView(
      page,
      answer,
      { twice: [...twice], missing: missing.map(({ path }) => path) },
      {
        leaveOut,
        dropMissing: () => void drop(missing),
        startOver: () => showChoosing(page, uploadId, send, before, earlier),
        send: () => void plan(answer),
      },
    );
    planned.replaceChildren(...(changed ? [note('warn', t.planChanged, t.planChangedHelp)] : []), ...view);
    // The button that was pressed is another one now.
    if (changed) heading.focus({ preventScroll: true });
  }

  /** What was begun and is not among what was chosen now: the upload cannot end without it. */
  function notChosen() {
    const marks = new Set([...chosen].map(([path, file]) => markOf(path, file)));
    return before === null ? [] : before.memory.begun().filter(({ mark }) => !marks.has(mark));
  }

  async function drop(some: ReturnType<typeof notChosen>): Promise<void> {
    planned.setAttribute('aria-busy', 'true');
    heading.focus({ preventScroll: true });
    for (const { mark, url } of some) {
      await removeAt(url, page);
      before?.memory.drop(mark);
    }
    void plan();
  }

  /** Of a file that stood in a folder and goes by itself the name is its path, flattened. */
  function leaveOut(paths: readonly (string | null)[]): void {
    for (const gone of paths) {
      for (const path of chosen.keys()) {
        const isGone = path === gone || (gone?.endsWith('/') ? path.startsWith(gone) : flat(path) === gone);
        if (!isGone) continue;
        chosen.delete(path);
        twice.delete(path);
      }
    }
    // The button that was pressed goes with its row.
    heading.focus({ preventScroll: true });
    void plan();
  }

  const heading = show(
    t,
    link.application_name,
    before === null ? t.chooseFiles : t.resumeTitle,
    before === null ? h('p', { class: 'soft' }, t.intro) : resumeNote(page, before),
    earlier,
    createConcurrentNote(page, uploadId),
    link.draft_error === null ? null : note('warn', t.draftUnknown, link.draft_error.user_message),
    zone.element,
    limitsNote(page),
    alreadyThere(page),
    planned,
    h('p', { class: 'actions start' }, backLink(page, 'quiet')),
  );
}

function resumeNote({ t, size }: Page, { bytes, memory, throwAway }: Unfinished): HTMLElement {
  const names = memory.begun().map(({ path }) => path);
  const shown = names.slice(0, MOST_NAMES).join(', ') + (names.length > MOST_NAMES ? ' …' : '');
  return note(
    'info',
    null,
    t.resumeHelp(size(bytes)),
    h('p', {}, h('strong', {}, shown)),
    h('p', {}, h('button', { type: 'button', click: throwAway }, t.throwAway)),
  );
}

function flat(path: string): string {
  return path.replaceAll('/', '_');
}

/** The files that the entry has. */
function alreadyThere({ t, link: { draft }, size }: Page): HTMLElement | null {
  if (draft === null || draft.files.length === 0) return null;
  return h(
    'details',
    {},
    h('summary', {}, t.there(draft.files.length)),
    h('ul', {}, ...draft.files.map((file) => h('li', {}, `${file.name}, ${size(file.size)}`))),
  );
}

/** A trouble that is waited out. */
export function trouble(page: Pick<Page, 't'>, refusal: Refusal): HTMLElement {
  const { title, text } = troubleWords(page, refusal);
  return note('warn', title, text);
}
