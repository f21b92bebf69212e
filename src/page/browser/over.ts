import type { UploadBody } from '../../schemas/uploads.js';
import { Refusal } from './calls.js';
import { announce, fileCell, fileTable, h, icon, note } from './dom.js';
import { forget } from './memory.js';
import { finishLink, type Page, show, showEnd } from './page.js';

/** Uploads that were cancelled on this page. */
const cancelledHere = new Set<string>();

/** The person has cancelled it: the page need not tell them that somebody else did. */
export function noteCancelled(uploadId: string): void {
  cancelledHere.add(uploadId);
}

/** The end of an upload, and the way back. */
export function showOver(page: Page, upload: UploadBody, choose: (page: Page) => void): void {
  const { t, link, calls } = page;
  const { upload_id: id, state, files, notices, other_files: others, error } = upload;
  if (state !== 'done') forget(id);
  const [title, kind, text] =
    state === 'done'
      ? ([t.doneTitle, 'good', t.doneHelp] as const)
      : state === 'cancelled'
        ? ([
            t.cancelledTitle,
            'info',
            cancelledHere.has(id) ? t.cancelledHelp : t.cancelledElsewhere,
          ] as const)
        : ([t.failedTitle, 'bad', `${error?.user_message ?? ''} ${t.failedHelp}`] as const);
  const more = () => {
    forget(id);
    calls.link().then(
      (fresh) => choose({ ...page, link: fresh }),
      (refusal: unknown) => refusal instanceof Refusal && showEnd(page, refusal),
    );
  };
  show(
    t,
    link.application_name,
    title,
    note(kind, null, text.trim()),
    notices.length === 0
      ? null
      : note('warn', t.doneWarnings, '', h('ul', {}, ...notices.map((one) => h('li', {}, one.user_message)))),
    files.length === 0
      ? null
      : fileTable(
          t.listDone,
          [{ name: t.file }, { name: t.size, kind: 'num' }],
          h('tbody', {}, ...files.map((file) => fileRow(page, file))),
        ),
    others.length === 0 ? null : h('p', { class: 'soft' }, t.othersThere(others.join(', '))),
    h(
      'p',
      { class: 'actions' },
      h('button', { type: 'button', class: 'quiet', click: more }, t.more),
      finishLink(page, id),
    ),
  );
  announce(title);
}

/** A file of an upload that is over. */
function fileRow({ t, size }: Page, file: UploadBody['files'][number]): HTMLElement {
  const { filename, part_count: parts, checksum, status, error, size: bytes } = file;
  const safe = status === 'uploaded' || status === 'unchanged';
  const said = t.states[status === 'pending' ? 'failed' : status];
  return h(
    'tr',
    { class: safe ? 'safe' : '' },
    fileCell(
      parts === undefined ? 'file' : 'zip',
      filename,
      parts === undefined ? null : h('small', {}, t.zipOf(parts)),
      h('small', { class: 'state' }, safe ? icon('tick') : null, error?.user_message ?? said),
      checksum === null ? null : h('small', { class: 'md5' }, checksum.replace('md5:', 'md5 ')),
    ),
    h('td', { class: 'num' }, bytes === null ? '' : size(bytes)),
  );
}
