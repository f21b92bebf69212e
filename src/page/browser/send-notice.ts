import type { UploadBody } from '../../schemas/uploads.js';
import { Refusal } from './calls.js';
import { chosenAgain, filesOfInput } from './chosen-files.js';
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
  /** What is to be said about the files that the user chose again. */
  let unused = '';
  /** Those of them that the service could not remove. */
  let kept = new Set<Item>();

  /** The current notice. It is announced once per `key`, not at each second of a countdown. */
  function wanted(known: UploadBody | null, trouble: Refusal | null) {
    const failed = sender.items.filter(({ state }) => state === 'failed');
    const waiting = sender.items.find(({ state }) => state === 'retrying');
    const offline = navigator.onLine ? null : new Refusal(0, 'offline');
    // While bytes are moving, a slow response is not a lost one.
    const heard = trouble?.code === 'silent' && sender.moves() ? null : trouble;
    const refusal = sender.isPaused() ? null : (offline ?? waiting?.refusal ?? heard);
    if (refusal !== null) {
      const seconds = waiting === undefined ? 0 : Math.ceil((waiting.retryAt - Date.now()) / 1000);
      const next = waiting === undefined ? '' : t.attempt(waiting.failures + 1, time(seconds));
      const { title, text } = troubleWords(page, refusal);
      return { key: `line ${title}`, title, text: `${text} ${next}` };
    }
    if (failed.length > 0) {
      const remark = remarkOn(failed);
      return { key: `failed ${failed.map(({ path }) => path).join('\n')} ${remark}`, text: remark, failed };
    }
    if (unused !== '') return { key: unused, title: unused };
    const text = known === null ? '' : retryText(page, known.progress);
    return text === '' ? { key: '' } : { key: 'zenodo', title: t.zenodoTrouble, text };
  }

  async function replace(some: readonly Item[], input: HTMLInputElement): Promise<void> {
    const { files } = await filesOfInput(input);
    const paths = some.map(({ path }) => path);
    const found = chosenAgain(paths, files);
    const used = new Set(found.values());
    // The other files of a folder are not meant.
    const isFolder = files.some(([path]) => path.includes('/'));
    const isMeant = !isFolder || used.size === 0;
    const others = files.filter(([, file]) => isMeant && !used.has(file)).map(([path]) => path);
    unused = others.length > 0 ? t.unused(someOf(others, t)) : '';
    kept = new Set(await sender.replace(some, found));
    changed();
  }

  async function leaveOut(some: readonly Item[]): Promise<void> {
    unused = '';
    kept = new Set(await sender.leaveOut(some));
    changed();
  }

  function remarkOn(failed: readonly Item[]): string {
    const names = failed.filter((item) => kept.has(item)).map(({ path }) => path);
    return `${unused} ${names.length > 0 ? t.notRemoved(someOf(names, t)) : ''}`.trim();
  }

  function failures(failed: readonly Item[], remark: string): HTMLElement {
    const changedOnDisk = failed.filter(({ refusal }) => refusal?.code === 'file_changed');
    const inFolders = changedOnDisk.some(({ path }) => path.includes('/'));
    const input = (folder: boolean) =>
      h('input', {
        type: 'file',
        multiple: true,
        webkitdirectory: folder,
        class: 'unseen',
        tabindex: '-1',
        'aria-hidden': 'true',
        change: (event) => void replace(changedOnDisk, event.target as HTMLInputElement),
      });
    const files = input(false);
    const folder = inFolders && 'webkitdirectory' in files ? input(true) : null;
    return note(
      'bad',
      t.someFailed,
      t.someFailedHelp,
      remark !== '' && h('p', {}, h('strong', {}, remark)),
      h(
        'p',
        { class: 'choices' },
        changedOnDisk.length === 0
          ? null
          : h('button', { type: 'button', click: () => files.click() }, t.chooseAgain),
        folder && h('button', { type: 'button', click: () => folder.click() }, t.chooseFolder),
        changedOnDisk.length === failed.length
          ? null
          : h('button', { type: 'button', click: () => sender.resumeSome(failed) }, t.retry),
        failed.length === sender.items.length
          ? null
          : h('button', { type: 'button', click: () => void leaveOut(failed) }, t.finishWithout),
      ),
      files,
      folder,
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
        exchange(element, failures(failed, text));
        announce(
          `${t.someFailed}: ${someOf(
            failed.map(({ path }) => path),
            t,
          )}. ${t.someFailedHelp} ${text}`.trim(),
        );
      } else if (key === '') exchange(element);
      else {
        exchange(element, note('warn', title, h('span', { class: 'counting' }, text)));
        announce(`${title}. ${text}`);
      }
    },
  };
}
