import type { UploadBody } from '../../schemas/uploads.js';
import { isPassing, Refusal } from './calls.js';
import { announce, h, icon, note, setText } from './dom.js';
import { finishLink, type Page, show, showEnd } from './page.js';
import { createProgress } from './progress.js';

/** Milliseconds between looks at an upload. */
const PAUSE = 1000;

export type UploadFileBody = UploadBody['files'][number];

/** Why and when the next attempt to reach Zenodo is made, in plain words; empty if none is waited for. */
export function retryText(
  { t, time }: Page,
  from: Pick<UploadFileBody, 'attempt' | 'next_attempt_at' | 'last_error'>,
): string {
  const { attempt, next_attempt_at: next, last_error: error } = from;
  if (next === null || error === null) return '';
  const seconds = Math.max(1, (Date.parse(next) - Date.now()) / 1000);
  return `${error.user_message} ${t.attempt(attempt ?? 1, time(seconds))}`;
}

/** An upload whose bytes have all arrived: follows it to its end, and shows that. */
export function showUpload(page: Page, first: UploadBody, choose: (page: Page) => void): void {
  const { t, calls, link } = page;
  if (isOver(first)) {
    showOver(page, first, choose);
    return;
  }
  if (first.state === 'waiting_for_authorization') {
    showEnd(page, new Refusal(401, 'reauthorization_required', '', null, null));
    return;
  }
  const notice = h('div', { class: 'notice' });
  const progress = createProgress(page, true);
  const body = h('tbody');
  show(
    t,
    link.application_name,
    t.sendingTitle,
    h('p', { class: 'soft' }, t.mayLeave),
    notice,
    progress.element,
    h('div', { class: 'table' }, h('table', {}, h('caption', {}, t.listTitle), body)),
    h('p', { class: 'actions' }, finishLink(page)),
  );
  const draw = (now: UploadBody) => {
    const { received, sent, size, rate, seconds_left: left } = now.progress;
    progress.draw({ received, size: Math.max(size, received), sent, zenodoSize: size, rate, left });
    const why = retryText(page, now.progress);
    notice.replaceChildren(
      ...(now.state === 'stranded'
        ? [note('warn', t.strandedTitle, t.strandedHelp)]
        : why
          ? [note('warn', t.zenodoTrouble, why)]
          : []),
    );
    body.replaceChildren(...now.files.map((file) => fileRow(page, file)));
  };
  const look = async () => {
    try {
      const now = await calls.upload(first.upload_id);
      if (isOver(now) || now.state === 'waiting_for_authorization') {
        showUpload(page, now, choose);
        return;
      }
      draw(now);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (!isPassing(error)) {
        showEnd(page, error);
        return;
      }
      notice.replaceChildren(
        note('warn', error.status === 0 ? t.lineLost : t.busyTitle, error.message || t.lineLostHelp),
      );
    }
    setTimeout(() => void look(), PAUSE);
  };
  draw(first);
  void look();
}

export function isOver({ state }: UploadBody): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}

/** The end of an upload, and the way back. */
export function showOver(page: Page, upload: UploadBody, choose: (page: Page) => void): void {
  const { t, link, calls, memory } = page;
  const { state, files, warnings, other_files: others, error } = upload;
  if (state !== 'done') memory.forget();
  const [title, kind, text] =
    state === 'done'
      ? ([t.doneTitle, 'good', t.doneHelp] as const)
      : state === 'cancelled'
        ? ([t.cancelledTitle, 'info', t.cancelledHelp] as const)
        : ([t.failedTitle, 'bad', `${error?.user_message ?? ''} ${t.failedHelp}`] as const);
  show(
    t,
    link.application_name,
    title,
    note(kind, null, text.trim()),
    warnings.length === 0
      ? null
      : note('warn', t.doneWarnings, '', h('ul', {}, ...warnings.map((warning) => h('li', {}, warning)))),
    h(
      'div',
      { class: 'table' },
      h(
        'table',
        {},
        h('caption', {}, t.listDone),
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            h('th', { scope: 'col' }, t.file),
            h('th', { scope: 'col', class: 'num' }, t.size),
            h('th', { scope: 'col' }, t.state),
          ),
        ),
        h('tbody', {}, ...files.map((file) => fileRow(page, file, true))),
      ),
    ),
    others.length === 0 ? null : h('p', { class: 'soft' }, t.othersThere(others.join(', '))),
    h(
      'p',
      { class: 'actions' },
      h(
        'button',
        {
          type: 'button',
          class: 'quiet',
          click: () => {
            memory.forget();
            void calls.link().then(
              (fresh) => choose({ ...page, link: fresh }),
              (refusal: unknown) => refusal instanceof Refusal && showEnd(page, refusal),
            );
          },
        },
        t.more,
      ),
      finishLink(page),
    ),
  );
  announce(title);
}

/** A file of an upload, as the service tells of it. */
function fileRow(page: Page, file: UploadFileBody, over = false): HTMLElement {
  const { t, size } = page;
  const safe = file.status === 'uploaded' || file.status === 'unchanged';
  const said = h('span', {});
  setText(
    said,
    over && file.status === 'pending'
      ? t.states.failed
      : t.states[file.status === 'pending' ? 'arrived' : file.status],
  );
  return h(
    'tr',
    {},
    h(
      'th',
      { scope: 'row' },
      h(
        'span',
        { class: 'name' },
        icon(file.parts === undefined ? 'file' : 'zip') as unknown as Node,
        h(
          'span',
          {},
          file.filename,
          file.parts === undefined ? null : h('small', {}, t.zipOf(file.parts.length)),
          file.checksum === null || !over
            ? null
            : h('small', { class: 'md5' }, file.checksum.replace('md5:', 'md5 ')),
        ),
      ),
    ),
    h('td', { class: 'num' }, file.size === null ? '' : size(file.size)),
    h(
      'td',
      { class: safe ? 'state safe' : 'state' },
      h('span', { class: 'name' }, safe ? (icon('tick') as unknown as Node) : null, said),
      file.error === null ? null : h('small', {}, file.error.user_message),
      !file.error && retryText(page, file) !== '' ? h('small', {}, retryText(page, file)) : null,
    ),
  );
}
