import type { PlanBody } from '../../schemas/upload-links.js';
import { isPassing, persist, Refusal } from './calls.js';
import { type Chosen, takeDropped, takeFrom } from './choose.js';
import { announce, h, icon, note } from './dom.js';
import { backLink, type Page, show, showEnd } from './page.js';

/** Most paths that are asked about at once. */
const MOST = 20_000;

/** Lets the person choose, shows what becomes of it, and hands over what is to be sent. */
export function showChoosing(page: Page, send: (chosen: Chosen, plan: PlanBody) => void, before = 0): void {
  const { t, link, calls, size } = page;
  const chosen: Chosen = new Map();
  const planned = h('div', { class: 'planned' });
  let asked = 0;

  const inputs = [false, true].map((folder) =>
    h('input', {
      type: 'file',
      multiple: true,
      webkitdirectory: folder,
      class: 'unseen',
      tabindex: '-1',
      'aria-hidden': 'true',
      change: (event) => add(takeFrom(event.target as HTMLInputElement)),
    }),
  );
  const [fileInput, folderInput] = inputs;
  const dropTitle = h('p', { class: 'lead' }, t.drop);
  const zone = h(
    'div',
    {
      class: 'zone',
      dragover: (event) => {
        event.preventDefault();
        zone.classList.add('over');
      },
      dragleave: () => zone.classList.remove('over'),
      drop: (event) => {
        event.preventDefault();
        zone.classList.remove('over');
        const { dataTransfer } = event as DragEvent;
        if (dataTransfer === null) return;
        planned.replaceChildren(h('p', { class: 'soft' }, t.reading));
        void takeDropped(dataTransfer).then(add, () => add(new Map()));
      },
    },
    icon('cloud') as unknown as Node,
    h('div', {}, dropTitle, h('p', { class: 'soft' }, t.orChoose)),
    h(
      'p',
      { class: 'choices' },
      h('button', { type: 'button', click: () => fileInput?.click() }, t.chooseFiles),
      h('button', { type: 'button', click: () => folderInput?.click() }, t.chooseFolder),
    ),
    ...inputs,
  );

  function add(more: Chosen): void {
    for (const [path, file] of more) chosen.set(path, file);
    void plan();
  }

  async function plan(): Promise<void> {
    const mine = ++asked;
    zone.classList.toggle('small', chosen.size > 0);
    dropTitle.textContent = chosen.size > 0 ? t.dropMore : t.drop;
    if (chosen.size === 0) {
      planned.replaceChildren();
      return;
    }
    if (planned.childElementCount === 0) planned.replaceChildren(h('p', { class: 'soft' }, t.reading));
    planned.setAttribute('aria-busy', 'true');
    const files = [...chosen].slice(0, MOST).map(([path, file]) => ({ path, size: file.size }));
    try {
      const answer = await persist(
        () => calls.plan(files),
        (refusal) => {
          if (mine === asked) planned.replaceChildren(trouble(page, refusal));
        },
      );
      if (mine === asked) planned.replaceChildren(...shown(answer));
    } catch (error) {
      if (mine !== asked || !(error instanceof Refusal)) return;
      if (error.status === 401 || error.status === 410 || error.status === 409) showEnd(page, error);
      else planned.replaceChildren(note('bad', t.troubleTitle, error.message));
    } finally {
      planned.removeAttribute('aria-busy');
    }
  }

  function leaveOut(paths: readonly (string | null)[]): void {
    for (const gone of paths) {
      for (const path of [...chosen.keys()]) {
        if (path === gone || (gone?.endsWith('/') && path.startsWith(gone))) chosen.delete(path);
      }
    }
    void plan();
  }

  function shown(plan: PlanBody): HTMLElement[] {
    const { files, left_out: leftOut, refused, removes } = plan;
    const bytes = files.reduce((sum, file) => sum + file.size, 0);
    const whole = refused.find(({ path }) => path === null);
    announce(t.total(files.length, size(bytes)));
    return [
      refused.length === 0 ? null : refusals(refused),
      files.length === 0
        ? null
        : h(
            'div',
            { class: 'table' },
            h(
              'table',
              {},
              h('caption', {}, t.listTitle),
              h(
                'thead',
                {},
                h(
                  'tr',
                  {},
                  h('th', { scope: 'col' }, t.file),
                  h('th', { scope: 'col', class: 'num' }, t.size),
                  h('th', { scope: 'col' }, h('span', { class: 'unseen' }, t.removeShort)),
                ),
              ),
              h('tbody', {}, ...files.map(row)),
            ),
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
        h('span', { class: 'sum' }, t.total(files.length, size(bytes))),
        h(
          'button',
          { type: 'button', class: 'quiet', click: () => showChoosing(page, send, before) },
          t.startOver,
        ),
        h(
          'button',
          {
            type: 'button',
            class: 'primary',
            disabled: files.length === 0 || refused.length > 0 || whole !== undefined,
            click: () => {
              for (const { path } of leftOut) chosen.delete(path);
              send(chosen, plan);
            },
          },
          t.send(size(bytes)),
        ),
      ),
    ].filter((part) => part !== null);
  }

  function row({ name, size: bytes, zip, parts, replaces, keeps }: PlanBody['files'][number]): HTMLElement {
    const facts = [
      zip ? t.zipOf(parts) : '',
      keeps > 0 ? t.keeps(keeps) : '',
      replaces && keeps === 0 ? t.replaces : '',
    ];
    const paths = zip ? [`${name.slice(0, -4)}/`] : pathsOf(name);
    return h(
      'tr',
      {},
      h(
        'th',
        { scope: 'row' },
        h(
          'span',
          { class: 'name' },
          icon(zip ? 'zip' : 'file') as unknown as Node,
          h('span', {}, name, h('small', {}, facts.filter(Boolean).join(' · '))),
        ),
      ),
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
            click: () => leaveOut(paths),
          },
          icon('cross') as unknown as Node,
        ),
      ),
    );
  }

  /** Of a file that stood in a folder and goes by itself the name is its path, flattened. */
  function pathsOf(name: string): string[] {
    return [...chosen.keys()].filter((path) => path === name || path.replaceAll('/', '_') === name);
  }

  function refusals(refused: PlanBody['refused']): HTMLElement {
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
          .slice(0, 50)
          .map(({ path, user_message }) =>
            h('li', {}, path === null ? null : h('strong', {}, path), h('span', {}, user_message)),
          ),
        refused.length > 50 ? h('li', {}, '…') : null,
      ),
      named ? h('p', {}, h('button', { type: 'button', click: () => leaveOut(paths) }, t.leaveOutAll)) : null,
    );
  }

  show(
    t,
    link.application_name,
    before > 0 ? t.resumeTitle : t.chooseFiles,
    before > 0 ? note('info', null, t.resumeHelp(page.size(before))) : h('p', { class: 'soft' }, t.intro),
    link.draft_error === null ? null : note('warn', t.draftUnknown, link.draft_error.user_message),
    zone,
    planned,
    h('p', { class: 'actions start' }, backLink(page, 'quiet')),
  );
}

/** A trouble that is waited out. */
export function trouble({ t }: Page, refusal: Refusal): HTMLElement {
  if (refusal.status === 0) return note('warn', t.lineLost, t.lineLostHelp);
  return note('warn', isPassing(refusal) ? t.busyTitle : t.troubleTitle, refusal.message);
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
