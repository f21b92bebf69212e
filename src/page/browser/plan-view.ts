import type { PlanBody } from '../../schemas/upload-page.js';
import { fileCell, fileTable, h, icon, note } from './dom.js';
import { someOf } from './format.js';
import type { Page } from './page.js';

/** What the person can do about a plan. */
interface PlanActions {
  /** `paths`: as in a plan, a folder's with a slash behind it; `row`: the one that goes. */
  leaveOut(paths: readonly (string | null)[], row?: number): void;
  /** Continues without files that were begun and not chosen again. */
  dropMissing(): void;
  startOver(): void;
  send(): void;
}

/** What the page knows besides a plan. */
interface Known {
  /** Paths that could not be read. */
  unread: readonly string[];
  /** Paths that were chosen twice, with different files. */
  twice: readonly string[];
  /** Paths that were begun and are not chosen again. */
  missing: readonly string[];
  /** Those of them that were to be left out, and could not be removed from the service. */
  kept: readonly string[];
  /** The plan is not the one that the person has agreed to a moment ago. */
  changed: boolean;
}

/** Refusals and paths that are shown at once. */
const MOST_SHOWN = 50;

/** Rows that are shown at once: Zenodo takes a hundred files, and no more can be sent. */
const MOST_ROWS = 200;

/**
 * What is to be said about a plan, and the plan itself: how it will stand at Zenodo, and the button
 * that sends.
 */
export function plannedView(
  page: Page,
  plan: PlanBody,
  { unread, twice, missing, kept, changed }: Known,
  actions: PlanActions,
): { notes: HTMLElement[]; list: HTMLElement[] } {
  const { t, size } = page;
  const { files, left_out: leftOut, refused, removes } = plan;
  const bytes = files.reduce((sum, file) => sum + file.size, 0);
  const contested = files.filter((file) => file.contested).map(({ name }) => name);
  const notes = [
    changed && note('warn', t.planChanged, t.planChangedHelp),
    refused.length > 0 && refusals(page, plan, actions),
    contested.length > 0 && note('warn', t.contested(someOf(contested, t)), t.contestedHelp),
    unread.length > 0 && unreadNote(page, unread),
    twice.length > 0 && note('info', t.chosenTwice, someOf(twice, t)),
    kept.length > 0 && note('bad', t.notRemoved(someOf(kept, t)), ''),
    missing.length > 0 &&
      note(
        'warn',
        t.notChosenAgain,
        t.notChosenAgainHelp,
        pathList(page, missing),
        h('p', {}, h('button', { type: 'button', click: actions.dropMissing }, t.leaveOutAll)),
      ),
    removes.length > 0 && note('warn', t.removesTitle, t.removes(someOf(removes, t))),
  ];
  const rows = files.slice(0, MOST_ROWS).map((file, index) => row(page, file, index, actions));
  const list = [
    files.length > 0 &&
      fileTable(
        t.listTitle,
        [{ name: t.file }, { name: t.size, kind: 'num' }, { name: t.removeShort, kind: 'unseen' }],
        h('tbody', {}, ...rows),
      ),
    files.length > rows.length && h('p', { class: 'soft' }, t.moreFiles(files.length - rows.length)),
    leftOut.length > 0 &&
      h(
        'details',
        {},
        h('summary', {}, t.leftOut(leftOut.length)),
        pathList(
          page,
          leftOut.map(({ path }) => path),
        ),
      ),
    room(page, plan),
    h(
      'p',
      { class: 'actions' },
      h('span', { class: 'sum' }, t.total(files.length, size(bytes))),
      h('button', { type: 'button', class: 'quiet', click: actions.startOver }, t.startOver),
      h(
        'button',
        {
          type: 'button',
          class: 'primary',
          disabled: files.length === 0 || refused.length > 0 || missing.length > 0,
          click: actions.send,
        },
        t.send(size(bytes)),
      ),
    ),
  ];
  return { notes: notes.filter(isShown), list: list.filter(isShown) };
}

/** What was chosen and could not be read. */
export function unreadNote(page: Page, paths: readonly string[]): HTMLElement {
  return note('warn', page.t.unread, page.t.unreadHelp, pathList(page, paths));
}

function isShown(part: HTMLElement | null | false): part is HTMLElement {
  return part !== null && part !== false;
}

function pathList({ t }: Page, paths: readonly string[]): HTMLElement {
  const shown = paths.slice(0, MOST_SHOWN).map((path) => h('li', { dir: 'auto' }, path));
  const more = paths.length - shown.length;
  return h('ul', {}, ...shown, more > 0 && h('li', {}, t.moreFiles(more)));
}

function row(
  { t, size }: Page,
  { name, size: bytes, zip, parts, replaces, keeps }: PlanBody['files'][number],
  index: number,
  { leaveOut }: PlanActions,
): HTMLElement {
  const facts = [
    zip ? t.zipOf(parts) : '',
    keeps > 0 ? t.keeps(keeps) : '',
    replaces && keeps === 0 ? t.replaces : '',
  ];
  return h(
    'tr',
    {},
    fileCell(zip ? 'zip' : 'file', name, h('small', {}, facts.filter(Boolean).join(' · '))),
    h('td', { class: 'num' }, size(bytes)),
    h(
      'td',
      { class: 'act' },
      h(
        'button',
        {
          type: 'button',
          class: 'icon',
          'aria-label': t.remove(name),
          title: t.remove(name),
          click: () => leaveOut([zip ? `${name.slice(0, -4)}/` : name], index),
        },
        icon('cross'),
      ),
    ),
  );
}

function refusals({ t }: Page, { files, refused }: PlanBody, { leaveOut }: PlanActions): HTMLElement {
  const paths = refused.map(({ path }) => path);
  const named = paths.some((path) => path !== null);
  return note(
    'bad',
    t.refusedTitle,
    named && files.length > 0 ? t.refusedHelp : '',
    h(
      'ul',
      { class: 'refused' },
      ...refused
        .slice(0, MOST_SHOWN)
        .map(({ path, user_message }) =>
          h('li', {}, path !== null && h('strong', { dir: 'auto' }, path), h('span', {}, user_message)),
        ),
      refused.length > MOST_SHOWN && h('li', {}, t.moreFiles(refused.length - MOST_SHOWN)),
    ),
    named ? h('p', {}, h('button', { type: 'button', click: () => leaveOut(paths) }, t.leaveOutAll)) : null,
  );
}

function room({ t, link: { draft, limits }, size }: Page, { files, removes }: PlanBody): HTMLElement | null {
  if (draft === null) return null;
  const coming = new Map(files.map((file) => [file.name, file.size]));
  const gone = new Set(removes);
  const others = draft.files
    .filter(({ name }) => !coming.has(name) && !gone.has(name))
    .reduce((sum, file) => sum + file.size, 0);
  const used = others + [...coming.values()].reduce((sum, one) => sum + one, 0);
  const all = limits.deposition_bytes;
  return h(
    'div',
    { class: used > all ? 'room over' : 'room' },
    h(
      'p',
      {},
      h('span', {}, t.room(size(used), size(all))),
      h('span', {}, used > all ? t.over(size(used - all)) : t.free(size(all - used))),
    ),
    h('progress', { max: all, value: Math.min(used, all), 'aria-label': t.roomLabel }),
  );
}
