import type { PlanBody } from '../../schemas/upload-page.js';
import { fileCell, fileTable, h, icon, note } from './dom.js';
import type { Page } from './page.js';

/**
 * What the person can do about a plan. `leaveOut`: paths as in a plan, a folder's with a slash
 * behind it.
 */
interface PlanActions {
  leaveOut(paths: readonly (string | null)[]): void;
  /** Goes on without what was begun and not chosen again. */
  dropMissing(): void;
  startOver(): void;
  send(): void;
}

/** Refusals that are shown at once. */
const MOST_SHOWN = 50;

/** How it will stand at Zenodo, what cannot be sent and why, and the button that sends. */
export function plannedView(
  page: Page,
  plan: PlanBody,
  { twice, missing }: { twice: readonly string[]; missing: readonly string[] },
  actions: PlanActions,
): HTMLElement[] {
  const { t, size } = page;
  const { files, left_out: leftOut, refused, removes } = plan;
  const bytes = files.reduce((sum, file) => sum + file.size, 0);
  const total = t.total(files.length, size(bytes));
  const contested = files.filter((file) => file.contested).map(({ name }) => name);
  return [
    refused.length === 0 ? null : refusals(page, refused, actions),
    contested.length === 0 ? null : note('warn', t.contested(contested.join(', ')), t.contestedHelp),
    twice.length === 0 ? null : note('info', t.chosenTwice, twice.join(', ')),
    missing.length === 0
      ? null
      : note(
          'warn',
          t.notChosenAgain,
          t.notChosenAgainHelp,
          h(
            'ul',
            {},
            ...missing.slice(0, MOST_SHOWN).map((path) => h('li', {}, path)),
            missing.length > MOST_SHOWN ? h('li', {}, '…') : null,
          ),
          h('p', {}, h('button', { type: 'button', click: actions.dropMissing }, t.leaveOutAll)),
        ),
    files.length === 0
      ? null
      : fileTable(
          t.listTitle,
          [{ name: t.file }, { name: t.size, kind: 'num' }, { name: t.removeShort, kind: 'unseen' }],
          h('tbody', {}, ...files.map((file) => row(page, file, actions))),
        ),
    leftOut.length === 0
      ? null
      : h(
          'details',
          {},
          h('summary', {}, t.leftOut(leftOut.length)),
          h('ul', {}, ...leftOut.map(({ path }) => h('li', {}, path))),
        ),
    removes.length === 0 ? null : note('warn', t.removes(removes.join(', ')), ''),
    room(page, files),
    h(
      'p',
      { class: 'actions' },
      h('span', { class: 'sum' }, total),
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
  ].filter((part) => part !== null);
}

function row(
  { t, size }: Page,
  { name, size: bytes, zip, parts, replaces, keeps }: PlanBody['files'][number],
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
          click: () => leaveOut([zip ? `${name.slice(0, -4)}/` : name]),
        },
        icon('cross'),
      ),
    ),
  );
}

function refusals({ t }: Page, refused: PlanBody['refused'], { leaveOut }: PlanActions): HTMLElement {
  const paths = refused.map(({ path }) => path);
  const named = paths.some((path) => path !== null);
  return note(
    'bad',
    t.refusedTitle,
    named ? t.refusedHelp : '',
    h(
      'ul',
      { class: 'refused' },
      ...refused
        .slice(0, MOST_SHOWN)
        .map(({ path, user_message }) =>
          h('li', {}, path === null ? null : h('strong', {}, path), h('span', {}, user_message)),
        ),
      refused.length > MOST_SHOWN ? h('li', {}, '…') : null,
    ),
    named ? h('p', {}, h('button', { type: 'button', click: () => leaveOut(paths) }, t.leaveOutAll)) : null,
  );
}

function room({ t, link: { draft, limits }, size }: Page, files: PlanBody['files']): HTMLElement | null {
  if (draft === null) return null;
  const coming = new Map(files.map((file) => [file.name, file.size]));
  const others = draft.files
    .filter(({ name }) => !coming.has(name))
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
