import type { PlanBody } from '../../schemas/upload-links.js';
import type { UploadBody } from '../../schemas/uploads.js';
import { isPassing, persist, Refusal } from './calls.js';
import type { Chosen } from './choose.js';
import { announce, h, icon, note, setText } from './dom.js';
import { isOver, retryText, showOver, showUpload } from './following.js';
import { type Page, show, showEnd } from './page.js';
import { createPace, createProgress } from './progress.js';
import { createSender, type Item } from './sender.js';

/** Milliseconds between looks at what Zenodo has, and between drawings. */
const LOOK = 2000;
const DRAW = 250;

/** What stands at Zenodo in the end, and the files it is made of. */
interface Row {
  file: PlanBody['files'][number];
  items: Item[];
  draw(known: UploadBody | null): void;
  element: HTMLElement;
}

/** Sends what was chosen, shows how it goes, and follows it to Zenodo. */
export function startSending(
  page: Page,
  uploadId: string,
  chosen: Chosen,
  plan: PlanBody,
  choose: (page: Page) => void,
): void {
  const { t, link, calls, memory, language, base, secret } = page;
  let known: UploadBody | null = null;
  let over = false;
  let completing = false;
  let trouble: Refusal | null = null;
  const sender = createSender(chosen, {
    endpoint: `${location.origin}${base}/depositions/${link.deposition_id}/tus`,
    secret,
    language,
    uploadId,
    memory,
    changed: () => void check(),
    ended: (refusal) => {
      leave();
      showEnd(page, refusal);
    },
  });
  const rows = plan.files.map((file) => createRow(page, file, itemsOf(file), sender));
  const total = sender.items.reduce((sum, { file }) => sum + file.size, 0);
  const zenodoSize = plan.files.reduce((sum, file) => sum + file.size, 0);
  const progress = createProgress(page);
  const paceOf = createPace();
  const notice = h('div', { class: 'notice', role: 'status' });
  const help = h('p', { class: 'soft' }, t.keepOpen);
  const pause = h(
    'button',
    { type: 'button', click: () => (sender.isPaused() ? sender.resume() : sender.pause()) },
    t.pause,
  );
  const dialog = cancelDialog(page, () => void cancel());

  function itemsOf({ name, zip }: PlanBody['files'][number]): Item[] {
    return sender.items.filter(({ path }) => {
      const slash = path.indexOf('/');
      if (zip) return slash !== -1 && `${path.slice(0, slash)}.zip` === name;
      return path === name || path.replaceAll('/', '_') === name;
    });
  }

  function draw(): void {
    if (over) return;
    const received = sender.items.reduce((sum, { sent }) => sum + sent, 0);
    const sent = known?.progress.sent ?? 0;
    const all = sender.items.reduce((sum, { file }) => sum + file.size, 0) || total;
    const arrived = received >= all;
    const rate = arrived ? (known?.progress.rate ?? 0) : sender.isPaused() ? 0 : paceOf(received);
    const left = arrived ? (known?.progress.seconds_left ?? null) : rate > 0 ? (all - received) / rate : null;
    progress.draw({ received, size: all, sent, zenodoSize, rate, left });
    for (const row of rows) row.draw(known);
    setText(pause, sender.isPaused() ? t.resume : t.pause);
    setText(help, sender.isPaused() ? t.pausedHelp : arrived ? t.mayLeave : t.keepOpen);
    pause.hidden = arrived;
    showNotice();
  }

  let noticed = '';
  function showNotice(): void {
    const waiting = sender.items.find(({ state }) => state === 'retrying');
    const failed = sender.items.filter(({ state }) => state === 'failed');
    const zenodo = known === null ? '' : retryText(page, known.progress);
    const offline = navigator.onLine ? null : new Refusal(0, 'offline', '', null, null);
    const refusal = waiting?.refusal ?? trouble ?? offline;
    const seconds = waiting === undefined ? 0 : Math.ceil((waiting.retryAt - Date.now()) / 1000);
    const next = waiting === undefined ? '' : t.attempt(waiting.failures + 1, page.time(seconds));
    const key = sender.isPaused()
      ? 'paused'
      : refusal
        ? `line${refusal.status}${refusal.code}`
        : failed.length > 0
          ? `failed${failed.length}`
          : zenodo
            ? 'zenodo'
            : '';
    const text = refusal ? `${refusal.status === 0 ? t.lineLostHelp : refusal.message} ${next}` : zenodo;
    if (key === noticed) {
      const paragraph = notice.querySelector('.live');
      if (paragraph !== null) setText(paragraph, text);
      return;
    }
    noticed = key;
    const live = h('span', { class: 'live', 'aria-live': 'off' }, text);
    if (key === 'paused') notice.replaceChildren(note('info', t.pausedTitle, t.pausedHelp));
    else if (refusal)
      notice.replaceChildren(note('warn', refusal.status === 0 ? t.lineLost : t.busyTitle, live));
    else if (failed.length > 0) notice.replaceChildren(failures(failed));
    else if (zenodo) notice.replaceChildren(note('warn', t.zenodoTrouble, live));
    else notice.replaceChildren();
  }

  function failures(failed: Item[]): HTMLElement {
    return note(
      'bad',
      t.someFailed,
      t.someFailedHelp,
      h(
        'p',
        { class: 'choices' },
        h('button', { type: 'button', click: () => sender.resumeSome(failed) }, t.retry),
        failed.length === sender.items.length
          ? null
          : h(
              'button',
              { type: 'button', click: () => void sender.leaveOut(failed).then(check) },
              t.finishWithout,
            ),
      ),
    );
  }

  /** When all has arrived the service is told, and takes it from there. */
  async function check(): Promise<void> {
    if (
      over ||
      completing ||
      sender.items.some(({ state }) => state !== 'arrived') ||
      sender.items.length === 0
    )
      return;
    completing = true;
    try {
      const now = await persist(
        () => calls.complete(link.deposition_id, uploadId),
        (refusal) => {
          trouble = refusal;
        },
      );
      if (over) return;
      leave();
      sender.stop();
      showUpload(page, now, choose);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      leave();
      showEnd(page, error);
    }
  }

  async function look(): Promise<void> {
    if (over) return;
    try {
      const now = await calls.upload(uploadId);
      trouble = null;
      known = now;
      if (!over && isOver(now)) {
        leave();
        sender.stop();
        showOver(page, now, choose);
        return;
      }
      if (!over && now.state === 'waiting_for_authorization') {
        leave();
        sender.stop();
        showUpload(page, now, choose);
        return;
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      // Before the first file is announced there is no upload.
      if (isPassing(error)) trouble = error;
    }
    if (!over) setTimeout(() => void look(), LOOK);
  }

  async function cancel(): Promise<void> {
    sender.stop();
    over = true;
    help.textContent = t.loading;
    try {
      const now = await persist(
        () => calls.cancel(uploadId),
        () => undefined,
      );
      leave();
      showOver(page, now, choose);
    } catch {
      leave();
      memory.forget();
      choose(page);
    }
  }

  const warn = (event: BeforeUnloadEvent) => event.preventDefault();
  window.addEventListener('beforeunload', warn);
  const drawing = setInterval(draw, DRAW);
  function leave(): void {
    over = true;
    clearInterval(drawing);
    window.removeEventListener('beforeunload', warn);
    dialog.remove();
  }

  show(
    t,
    link.application_name,
    t.sendingTitle,
    help,
    notice,
    progress.element,
    h(
      'p',
      { class: 'actions' },
      h('button', { type: 'button', class: 'quiet', click: () => dialog.showModal() }, t.cancel),
      pause,
    ),
    h(
      'div',
      { class: 'table' },
      h('table', {}, h('caption', {}, t.listTitle), h('tbody', {}, ...rows.map(({ element }) => element))),
    ),
  );
  document.body.append(dialog);
  announce(t.sendingTitle);
  sender.start();
  draw();
  setTimeout(() => void look(), LOOK / 2);
}

function cancelDialog({ t }: Page, yes: () => void): HTMLDialogElement {
  const dialog = h(
    'dialog',
    { 'aria-labelledby': 'cancel-title' },
    h('h2', { id: 'cancel-title' }, t.cancelTitle),
    h('p', {}, t.cancelHelp),
    h(
      'p',
      { class: 'actions' },
      h(
        'button',
        {
          type: 'button',
          class: 'quiet danger',
          click: () => {
            dialog.close();
            yes();
          },
        },
        t.cancelYes,
      ),
      h('button', { type: 'button', class: 'primary', click: () => dialog.close() }, t.cancelNo),
    ),
  );
  return dialog;
}

function createRow(
  page: Page,
  file: PlanBody['files'][number],
  items: Item[],
  sender: ReturnType<typeof createSender>,
): Row {
  const { t, size } = page;
  const here = h('progress', { max: 1, value: 0, 'aria-label': `${t.received}: ${file.name}` });
  const there = h('progress', {
    max: 1,
    value: 0,
    class: 'zenodo',
    'aria-label': `${t.atZenodo}: ${file.name}`,
  });
  const state = h('small');
  const act = h('button', { type: 'button', class: 'quiet little', click: () => press() });
  let deed: 'pause' | 'resume' | 'retry' | null = null;
  const press = () => {
    if (deed === 'pause') sender.pauseSome(items);
    else sender.resumeSome(items);
  };
  const element = h(
    'tr',
    {},
    h(
      'th',
      { scope: 'row' },
      h(
        'span',
        { class: 'name' },
        icon(file.zip ? 'zip' : 'file') as unknown as Node,
        h('span', {}, file.name, state),
      ),
    ),
    h('td', { class: 'twobars' }, here, there),
    h('td', { class: 'num' }, size(file.size)),
    h('td', { class: 'act' }, act),
  );
  return {
    file,
    items,
    element,
    draw(known) {
      const all = items.reduce((sum, one) => sum + one.file.size, 0);
      const sent = items.reduce((sum, one) => sum + one.sent, 0);
      const mine = known?.files.find(({ filename }) => filename === file.name);
      here.value = all > 0 ? sent / all : items.every((one) => one.state === 'arrived') ? 1 : 0;
      const safe = mine?.status === 'uploaded' || mine?.status === 'unchanged';
      there.value = safe ? 1 : file.size > 0 ? Math.min(1, (mine?.sent ?? 0) / file.size) : 0;
      const has = (name: Item['state']) => items.some((one) => one.state === name);
      const failed = items.find((one) => one.state === 'failed');
      const retry = mine === undefined ? '' : retryText(page, mine);
      let text: string = t.states.waiting;
      if (mine !== undefined && mine.status !== 'pending') text = t.states[mine.status];
      else if (failed !== undefined)
        text =
          failed.refusal?.code === 'file_changed'
            ? t.fileChanged
            : failed.refusal?.message || t.states.failed;
      else if (items.every((one) => one.state === 'arrived'))
        text = retry || (file.zip ? t.states.zipping : t.states.arrived);
      else if (sender.isPaused() || has('paused')) text = t.states.paused;
      else if (has('retrying')) text = t.states.retrying;
      else if (has('sending')) text = t.states.sending;
      setText(state, text);
      element.className = safe ? 'safe' : failed ? 'bad' : '';
      deed = failed
        ? 'retry'
        : has('paused')
          ? 'resume'
          : !sender.isPaused() && (has('sending') || has('waiting') || has('retrying'))
            ? 'pause'
            : null;
      act.hidden = deed === null;
      setText(act, deed === 'retry' ? t.retry : deed === 'resume' ? t.resume : t.pause);
      const label =
        deed === 'retry'
          ? t.retryFile(file.name)
          : deed === 'resume'
            ? t.resumeFile(file.name)
            : t.pauseFile(file.name);
      if (act.getAttribute('aria-label') !== label) act.setAttribute('aria-label', label);
    },
  };
}
