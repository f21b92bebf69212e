import type { UploadBody } from '../../schemas/uploads.js';
import { isDelivered } from '../delivered.js';
import { createConcurrentNote } from './concurrent-note.js';
import { fileCell, fileTable, h, icon, note } from './dom.js';
import { stateText } from './file-state.js';
import { someOf } from './format.js';
import { forget } from './memory.js';
import { finishLink, moreButton, type Page, show } from './page.js';

/** Nothing can be sent to an entry after these. */
const FINAL: ReadonlySet<string> = new Set([
  'already_published',
  'deposition_not_found',
  'not_your_deposition',
]);

/** Uploads that were cancelled on this page. */
const cancelledHere = new Set<string>();

/**
 * Notes that the user cancelled the upload here, so that the page does not say that another program
 * did.
 */
export function noteCancelled(uploadId: string): void {
  cancelledHere.add(uploadId);
}

/** The result of an upload, and the way back. */
export function showOver(page: Page, upload: UploadBody, choose: (page: Page) => void): void {
  const { t, link, calls } = page;
  const { upload_id: id, state, files, notices, other_files: others, error } = upload;
  const replaced = files.some((file) => file.replaced);
  const anySafe = files.some(isDelivered);
  const takesNoMore = error !== null && FINAL.has(error.code);
  const again = `${anySafe ? t.failedHelp : t.failedHelpNone} ${link.state === 'active' ? '' : t.expiredHelp}`;
  const cancelled = cancelledHere.has(id) ? t.cancelledHelp : t.cancelledElsewhere;
  const [title, kind, text] =
    state === 'done'
      ? replaced
        ? ([t.replacedTitle, 'warn', t.replacedHelp] as const)
        : ([t.doneTitle, 'good', doneText(page, upload)] as const)
      : state === 'cancelled'
        ? ([t.cancelledTitle, 'info', `${cancelled} ${anySafe ? t.cancelledSafe : ''}`] as const)
        : ([t.failedTitle, 'bad', `${error?.user_message ?? ''} ${takesNoMore ? '' : again}`] as const);
  /** Another upload may replace these files. */
  const lookAgain = async () => {
    const now = await calls.upload(id).catch(() => upload);
    const isSame = JSON.stringify(now.notices) === JSON.stringify(notices);
    if (!isSame && concurrent.isConnected) showOver(page, now, choose);
  };
  const concurrent = createConcurrentNote(page, id, (moving) => {
    if (moving && state === 'done') void lookAgain();
  });
  show(
    t,
    link.application_name,
    title,
    note(kind, null, text.trim()),
    concurrent,
    notices.length === 0
      ? null
      : note('warn', t.doneWarnings, '', h('ul', {}, ...notices.map((one) => h('li', {}, one.user_message)))),
    files.length === 0
      ? null
      : fileTable(
          state === 'done' && !replaced ? t.listDone : t.listSent,
          [{ name: t.file }, { name: t.size, kind: 'num' }],
          h('tbody', {}, ...files.map((file) => fileRow(page, file, upload))),
        ),
    others.length === 0 ? null : h('p', { class: 'soft' }, t.othersThere(someOf(others, t))),
    h(
      'p',
      { class: 'actions' },
      takesNoMore ? null : moreButton(page, choose, () => forget(id), state === 'done' ? t.more : t.again),
      finishLink(page, id),
    ),
  );
}

/** Zips are created by the service, so the text says that they contain what was sent. */
function doneText({ t }: Page, { files }: UploadBody): string {
  const zips = files.filter((file) => file.part_count !== undefined).length;
  const all = zips < files.length ? t.doneHelp : t.doneHelpSums;
  return zips === 0 ? all : `${all} ${t.doneHelpZips}`;
}

/** A file of an ended upload. */
function fileRow(
  { t, size }: Page,
  file: UploadBody['files'][number],
  { error: common }: UploadBody,
): HTMLElement {
  const { filename, part_count: parts, checksum, size: bytes } = file;
  const safe = isDelivered(file);
  // What is said above need not be said of each file.
  const error = file.error?.code === common?.code ? null : file.error;
  return h(
    'tr',
    { class: safe ? 'safe' : 'bad' },
    fileCell(
      parts === undefined ? 'file' : 'zip',
      filename,
      parts === undefined ? null : h('small', {}, t.zipOf(parts)),
      h(
        'small',
        { class: 'state' },
        safe ? icon('tick') : null,
        error?.user_message ?? stateText({ t }, file),
      ),
      !safe || checksum === null ? null : h('small', { class: 'md5' }, checksum.replace('md5:', 'md5\u00a0')),
    ),
    h('td', { class: 'num' }, bytes === null ? '' : size(bytes)),
  );
}
