import type { UploadBody } from '../../schemas/uploads.js';
import { Refusal } from './calls.js';
import { filesOfInput } from './chosen-files.js';
import { announce, h, note, setText } from './dom.js';
import { retryText } from './file-state.js';
import { someOf } from './format.js';
import type { Item } from './item.js';
import { exchange, type Page, troubleWords } from './page.js';
import type { Sender } from './sender.js';

/** The notice above the progress bars: what delays sending, and what the user can do. */
export function createSendingNotice(page: Page, sender: Sender, changed: () => void) {
  const { t, time } = page;
  const element = h('div', { class: 'notice' });
  let shown = '';

  /** The current notice. It is announced once per `key`, not at each second of a countdown. */
  function wanted(known: UploadBody | null, trouble: Refusal | null) {
    const failed = sender.items.filter(({ state }) => state === 'failed');
    const waiting = sender.items.find(({ state }) => state === 'retrying');
    const offline = navigator.onLine ? null : new Refusal(0, 'offline', '', null, null);
    // While bytes are moving, a slow response is not a lost one.
    const heard = trouble?.code === 'silent' && sender.moves() ? null : trouble;
    const refusal = sender.isPaused() ? null : (offline ?? waiting?.refusal ?? heard);
    if (refusal !== null) {
      const seconds = waiting === undefined ? 0 : Math.ceil((waiting.retryAt - Date.now()) / 1000);
      const next = waiting === undefined ? '' : t.attempt(waiting.failures + 1, time(seconds));
      const { title, text } = troubleWords(page, refusal);
      return { key: `line ${title}`, title, text: `${text} ${next}` };
    }
    if (failed.length > 0) return { key: `failed ${failed.map(({ path }) => path).join('\n')}`, failed };
    const text = known === null ? '' : retryText(page, known.progress);
    return text === '' ? { key: '' } : { key: 'zenodo', title: t.zenodoTrouble, text };
  }

  function failures(failed: readonly Item[]): HTMLElement {
    const changedOnDisk = failed.filter(({ refusal }) => refusal?.code === 'file_changed');
    const input = h('input', {
      type: 'file',
      multiple: true,
      class: 'unseen',
      tabindex: '-1',
      'aria-hidden': 'true',
      change: (event) =>
        void filesOfInput(event.target as HTMLInputElement)
          .then((chosen) => sender.replace(changedOnDisk, chosen))
          .then(changed),
    });
    return note(
      'bad',
      t.someFailed,
      t.someFailedHelp,
      h(
        'p',
        { class: 'choices' },
        changedOnDisk.length === 0
          ? null
          : h('button', { type: 'button', click: () => input.click() }, t.chooseAgain),
        changedOnDisk.length === failed.length
          ? null
          : h('button', { type: 'button', click: () => sender.resumeSome(failed) }, t.retry),
        failed.length === sender.items.length
          ? null
          : h(
              'button',
              { type: 'button', click: () => void sender.leaveOut(failed).then(changed) },
              t.finishWithout,
            ),
      ),
      input,
    );
  }

  return {
    element,
    draw(known: UploadBody | null, trouble: Refusal | null): void {
      const { key, title, text = '', failed } = { title: '', failed: null, ...wanted(known, trouble) };
      if (key === shown) {
        const counting = element.querySelector('.counting');
        if (counting !== null) setText(counting, text);
        return;
      }
      shown = key;
      if (failed !== null) {
        exchange(element, failures(failed));
        announce(
          `${t.someFailed}: ${someOf(
            failed.map(({ path }) => path),
            t,
          )}. ${t.someFailedHelp}`,
        );
      } else if (key === '') exchange(element);
      else {
        exchange(element, note('warn', title, h('span', { class: 'counting' }, text)));
        announce(`${title}. ${text}`);
      }
    },
  };
}
