import type { UploadBody } from '../../schemas/uploads.js';
import { isDelivered } from '../delivered.js';
import { isPassing, Refusal } from './calls.js';
import { createConcurrentNote } from './concurrent-note.js';
import { announce, fileTable, h, note } from './dom.js';
import { createFileRow, type RowState } from './file-row.js';
import { fileRetryText, retryText, stateText } from './file-state.js';
import { exchange, finishLink, moreButton, type Page, show, showEnd, troubleWords } from './page.js';
import { createProgress } from './progress-bars.js';
import { showOver } from './result-view.js';

/** Milliseconds between the first two requests, twice as many after each, and at most. */
const FIRST_PAUSE = 125;
const PAUSE = 1000;

type UploadFileBody = UploadBody['files'][number];

/** Whether nothing changes any more about an upload. */
export function isOver({ state }: UploadBody): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}

/** Follows an upload whose bytes have all arrived to its end, and shows the result. */
export function showUpload(page: Page, first: UploadBody, choose: (page: Page) => void): void {
  const { t, calls, link } = page;
  if (isOver(first)) {
    showOver(page, first, choose);
    return;
  }
  if (first.state === 'waiting_for_authorization') {
    showEnd(page, new Refusal(401, 'reauthorization_required'), t.consentParked);
    return;
  }
  const notice = h('div', { class: 'notice' });
  const progress = createProgress(page);
  const list = createList(page);
  let said = '';
  let pause = FIRST_PAUSE;
  let over = false;
  show(
    t,
    link.application_name,
    t.arrivedTitle,
    h('p', { class: 'soft' }, t.mayLeave),
    notice,
    createConcurrentNote(page, first.upload_id),
    progress.element,
    list.element,
    h(
      'p',
      { class: 'actions' },
      // With `sync`, the next upload would remove the files of this one.
      link.sync
        ? null
        : moreButton(page, choose, () => {
            over = true;
          }),
      finishLink(page, first.upload_id),
    ),
  );

  function say(title: string, text: string): void {
    exchange(notice, ...(title === '' ? [] : [note('warn', title, text)]));
    if (title !== said && title !== '') announce(`${title}. ${text}`);
    said = title;
  }

  const draw = (now: UploadBody) => {
    const { received, sent, size, rate, seconds_left: left } = now.progress;
    progress.draw({
      received,
      size: Math.max(size, received),
      sent,
      zenodoSize: size,
      rate,
      left,
      arrived: true,
    });
    const why = retryText(page, now.progress);
    if (now.state === 'stranded') say(t.strandedTitle, t.strandedHelp);
    else say(why === '' ? '' : t.zenodoTrouble, why);
    list.draw(now);
  };
  const look = async () => {
    try {
      const now = await calls.upload(first.upload_id);
      if (over) return;
      if (isOver(now) || now.state === 'waiting_for_authorization') {
        showUpload(page, now, choose);
        return;
      }
      draw(now);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (over) return;
      if (!isPassing(error)) {
        showEnd(page, error);
        return;
      }
      const { title, text } = troubleWords(page, error);
      say(title, text);
    }
    setTimeout(() => void look(), pause);
    pause = Math.min(PAUSE, pause * 2);
  };
  draw(first);
  void look();
}

/**
 * The files of an upload. Rows are updated in place, so that screen readers keep their position.
 */
function createList(page: Page) {
  const { t } = page;
  const rows = new Map<string, ReturnType<typeof createFileRow>>();
  const body = h('tbody');
  return {
    element: fileTable(
      t.listTitle,
      [{ name: t.file }, { name: t.progress, kind: 'bars' }, { name: t.size, kind: 'num' }],
      body,
    ),
    draw(now: UploadBody): void {
      for (const file of now.files) {
        const { filename: name, part_count: parts } = file;
        let row = rows.get(name);
        if (row === undefined) {
          row = createFileRow(page, { name, zip: parts !== undefined, parts: parts ?? 0 }, null);
          rows.set(name, row);
          body.append(row.element);
        }
        row.draw(followedState(page, file, now));
      }
    },
  };
}

/** The state of a file. */
function followedState(page: Page, file: UploadFileBody, { progress }: UploadBody): RowState {
  const { states } = page.t;
  const { status, size, sent } = file;
  const safe = isDelivered(file);
  const going = file.parts === undefined || size !== null ? states.arrived : states.zipping;
  const pending = fileRetryText(page, file, progress) || going;
  return {
    here: 1,
    there: safe ? 1 : size ? Math.min(1, sent / size) : 0,
    size,
    text: file.error?.user_message ?? (status === 'pending' ? pending : stateText(page, file)),
    kind: safe ? 'safe' : status === 'pending' ? '' : 'bad',
    deed: null,
  };
}
