import { type DetailedError, Upload } from 'tus-js-client';
import { isPassing, Refusal, refusalOf } from './calls.js';
import { type Memory, markOf } from './memory.js';

/** Files that are sent side by side. */
const AT_ONCE = 3;

/** A line on which nothing moves for so long is given up, and taken up again. Milliseconds. */
const STALL = 45_000;

/** Up to so many bytes come with the announcement: what breaks off then begins anew. */
const SMALL = 256 * 1024;

export type ItemState = 'waiting' | 'sending' | 'paused' | 'retrying' | 'arrived' | 'failed';

/** One file on its way from the browser to the service. */
export interface Item {
  path: string;
  file: File;
  /** Bytes that are on their way or there. */
  sent: number;
  state: ItemState;
  /** Attempts that failed since the last byte got through. */
  failures: number;
  /** Milliseconds since the epoch, while it waits for the next attempt. */
  retryAt: number;
  refusal: Refusal | null;
  upload: Upload | null;
  timer: number;
  /** When bytes last moved. */
  movedAt: number;
}

interface Options {
  endpoint: string;
  secret: string;
  language: string;
  uploadId: string;
  memory: Memory;
  /** Something about an item, or all, is another now. */
  changed(): void;
  /** It makes no sense to go on: the link, the consent or the upload has ended. */
  ended(refusal: Refusal): void;
}

/** What ends all files, not one. */
const FOR_ALL = new Set([
  'upload_link_ended',
  'already_published',
  'upload_complete',
  'upload_cancelled',
  'deposition_not_found',
  'not_your_deposition',
]);

export type Sender = ReturnType<typeof createSender>;

/** Sends files by tus, a few side by side, and goes on for as long as it takes: what is passing is waited for. */
export function createSender(chosen: ReadonlyMap<string, File>, options: Options) {
  const { endpoint, secret, language, uploadId, memory, changed } = options;
  const items: Item[] = [...chosen].map(([path, file]) => ({
    path,
    file,
    sent: 0,
    state: 'waiting',
    failures: 0,
    retryAt: 0,
    refusal: null,
    upload: null,
    timer: 0,
    movedAt: 0,
  }));
  let paused = false;
  let stopped = false;
  const headers = { authorization: `Bearer ${secret}`, 'accept-language': language };

  function pump(): void {
    if (paused || stopped) return;
    let active = items.filter(({ state }) => state === 'sending').length;
    for (const item of items) {
      if (active >= AT_ONCE) break;
      if (item.state !== 'waiting') continue;
      begin(item);
      active += 1;
    }
    changed();
  }

  function begin(item: Item): void {
    const { path, file } = item;
    const mark = markOf(path, file);
    item.state = 'sending';
    item.movedAt = Date.now();
    const upload = new Upload(file, {
      endpoint,
      uploadUrl: memory.url(mark),
      headers,
      metadata: {
        filename: path.split('/').at(-1) ?? path,
        ...(path.includes('/') ? { relativePath: path } : {}),
        upload_id: uploadId,
      },
      // The waits are in `wait` below: those of the library come to an end, and do not heed Retry-After.
      retryDelays: null,
      storeFingerprintForResuming: false,
      uploadDataDuringCreation: file.size <= SMALL,
      onUploadUrlAvailable: () => {
        if (upload.url !== null) memory.keep(mark, upload.url);
      },
      onProgress: (sent) => {
        if (item.upload !== upload) return;
        if (sent > item.sent) {
          item.failures = 0;
          item.refusal = null;
        }
        item.sent = sent;
        item.movedAt = Date.now();
        changed();
      },
      onSuccess: () => {
        if (item.upload !== upload) return;
        Object.assign(item, { sent: file.size, state: 'arrived', upload: null, refusal: null });
        pump();
      },
      onError: (error) => {
        if (item.upload === upload) void failed(item, error);
      },
    });
    item.upload = upload;
    upload.start();
  }

  async function failed(item: Item, error: Error | DetailedError): Promise<void> {
    item.upload = null;
    const answer = 'originalResponse' in error ? error.originalResponse : null;
    const refusal =
      answer === null
        ? new Refusal(0, (await isReadable(item.file)) ? 'no_answer' : 'file_changed', '', null, null)
        : refusalOf(answer.getStatus(), answer.getBody(), answer.getHeader('Retry-After') ?? null);
    if (stopped || item.state !== 'sending') return;
    item.refusal = refusal;
    if (refusal.code !== 'file_changed' && isPassing(refusal)) wait(item, refusal);
    else if (refusal.status === 401 || FOR_ALL.has(refusal.code)) {
      stop();
      options.ended(refusal);
      return;
    } else item.state = 'failed';
    pump();
  }

  function wait(item: Item, { retryAfter, code }: Refusal): void {
    item.failures += 1;
    const seconds = retryAfter ?? (code === 'upload_offset_mismatch' ? 1 : Math.min(30, 2 ** item.failures));
    item.state = 'retrying';
    item.retryAt = Date.now() + seconds * 1000;
    item.timer = window.setTimeout(() => again(item), seconds * 1000);
  }

  function again(item: Item): void {
    clearTimeout(item.timer);
    item.state = 'waiting';
    pump();
  }

  function halt(item: Item, state: ItemState): void {
    clearTimeout(item.timer);
    const { upload } = item;
    item.upload = null;
    item.state = state;
    if (upload !== null) void upload.abort().catch(() => undefined);
  }

  function stop(): void {
    stopped = true;
    clearInterval(watch);
    window.removeEventListener('online', online);
    for (const item of items) if (item.state !== 'arrived') halt(item, 'waiting');
  }

  const online = () => {
    for (const item of items) if (item.state === 'retrying') again(item);
  };
  window.addEventListener('online', online);

  const watch = window.setInterval(() => {
    for (const item of items) {
      if (item.state !== 'sending' || Date.now() - item.movedAt < STALL) continue;
      const refusal = new Refusal(0, 'no_answer', '', null, null);
      halt(item, 'retrying');
      item.refusal = refusal;
      wait(item, refusal);
    }
    changed();
  }, 5000);

  return {
    items,
    isPaused: () => paused,
    start: pump,
    stop,
    pause(): void {
      paused = true;
      for (const item of items)
        if (item.state === 'sending' || item.state === 'retrying') halt(item, 'waiting');
      changed();
    },
    resume(): void {
      paused = false;
      pump();
    },
    /** Of some files alone. */
    pauseSome(some: readonly Item[]): void {
      for (const item of some) if (item.state !== 'arrived' && item.state !== 'failed') halt(item, 'paused');
      pump();
    },
    resumeSome(some: readonly Item[]): void {
      for (const item of some)
        if (item.state !== 'arrived' && item.state !== 'sending') halt(item, 'waiting');
      pump();
    },
    /** Leaves out files that cannot be sent; what had arrived of them goes. */
    async leaveOut(some: readonly Item[]): Promise<void> {
      for (const item of some) {
        halt(item, 'failed');
        items.splice(items.indexOf(item), 1);
        const url = memory.url(markOf(item.path, item.file));
        if (url !== null)
          await Upload.terminate(url, { headers, retryDelays: [1000, 3000, 5000] }).catch(() => undefined);
      }
      changed();
    },
  };
}

/** A file that was changed, moved or deleted since it was chosen cannot be read any more. */
async function isReadable(file: File): Promise<boolean> {
  return file
    .slice(0, 1)
    .arrayBuffer()
    .then(
      () => true,
      () => false,
    );
}
