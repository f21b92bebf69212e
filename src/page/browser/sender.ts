import type { DetailedError } from 'tus-js-client';
import { isPassing, Refusal, SILENCE } from './calls.js';
import type { Chosen } from './chosen-files.js';
import {
  type Destination,
  type Item,
  type ItemState,
  newItem,
  refusalTo,
  removeArrived,
  SMALL,
  tusUpload,
} from './item.js';

/**
 * Files that are sent at the same time: small ones, each of which is one short request, and all
 * others. Browsers open six connections to a server over HTTP/1.1; one is left for requests of the
 * state.
 */
const SMALL_AT_ONCE = 5;
const AT_ONCE = 3;

/** A request without progress for this time is aborted and repeated. Milliseconds. */
const STALL = 45_000;

interface Options extends Destination {
  /** Something about an item, or all of them, has changed. */
  changed(): void;
  /** Sending more is pointless: the link, the consent or the upload has ended. */
  ended(refusal: Refusal): void;
}

/** Error codes that end all files, not one. */
const FOR_ALL = new Set([
  'upload_link_ended',
  'already_published',
  'upload_complete',
  'upload_gone',
  'deposition_not_found',
  'not_your_deposition',
]);

/** Whether an error ends the whole upload. */
export function endsAll({ status, code }: Refusal): boolean {
  return status === 401 || FOR_ALL.has(code);
}

export type Sender = ReturnType<typeof createFileSender>;

/** Sends files by tus, several at a time, for as long as it takes. Waits out transient errors. */
export function createFileSender(chosen: Chosen, options: Options) {
  const { changed } = options;
  const items: Item[] = [...chosen].map(([path, file]) => newItem(path, file));
  const large = createQueue(items.filter(isLarge));
  const small = createQueue(items.filter((item) => !isLarge(item)));
  let sending = 0;
  let arrived = 0;
  let paused = false;
  let stopped = false;

  /** Counts along, so that for one of twenty thousand files the others are not looked at. */
  function become(item: Item, state: ItemState): void {
    if (item.state === 'sending') sending -= 1;
    if (item.state === 'arrived') arrived -= 1;
    item.state = state;
    if (state === 'sending') sending += 1;
    if (state === 'arrived') arrived += 1;
    if (state === 'waiting') for (const queue of [large, small]) queue.putBack(item);
  }

  function pump(): void {
    if (paused || stopped) return;
    const next = () => {
      if (sending >= SMALL_AT_ONCE) return undefined;
      return (sending < AT_ONCE ? large.next() : undefined) ?? small.next();
    };
    for (let item = next(); item !== undefined; item = next()) begin(item);
    changed();
  }

  function begin(item: Item): void {
    become(item, 'sending');
    item.movedAt = Date.now();
    const upload = tusUpload(item, options, {
      progress: (sent) => {
        if (item.upload !== upload) return;
        if (sent > item.sent) {
          item.failures = 0;
          item.refusal = null;
        }
        item.sent = sent;
        item.movedAt = Date.now();
        changed();
      },
      success: () => {
        if (item.upload !== upload) return;
        Object.assign(item, { sent: item.file.size, upload: null, refusal: null });
        become(item, 'arrived');
        pump();
      },
      error: (error) => {
        if (item.upload === upload) void failed(item, error);
      },
    });
    item.upload = upload;
    upload.start();
  }

  async function failed(item: Item, error: Error | DetailedError): Promise<void> {
    item.upload = null;
    const refusal = await refusalTo(item, error);
    // It may have been started again meanwhile.
    if (stopped || item.state !== 'sending' || item.upload !== null) return;
    item.refusal = refusal;
    if (refusal.code !== 'file_changed' && isPassing(refusal)) wait(item, refusal);
    else if (endsAll(refusal)) {
      stop();
      options.ended(refusal);
      return;
    } else become(item, 'failed');
    pump();
  }

  function wait(item: Item, { retryAfter, code }: Refusal): void {
    item.failures += 1;
    const seconds = retryAfter ?? (code === 'upload_offset_mismatch' ? 1 : Math.min(30, 2 ** item.failures));
    become(item, 'retrying');
    item.retryAt = Date.now() + seconds * 1000;
    item.timer = window.setTimeout(() => again(item), seconds * 1000);
  }

  function again(item: Item): void {
    clearTimeout(item.timer);
    become(item, 'waiting');
    pump();
  }

  function halt(item: Item, state: ItemState): void {
    clearTimeout(item.timer);
    const { upload } = item;
    item.upload = null;
    become(item, state);
    if (upload !== null) void upload.abort().catch(() => undefined);
  }

  function stop(): void {
    stopped = true;
    clearInterval(watch);
    window.removeEventListener('offline', offline);
    window.removeEventListener('online', online);
    for (const item of items) if (item.state !== 'arrived') halt(item, 'waiting');
  }

  /** Starts again what waits, and what has not moved since a time: its connection may be gone. */
  function revive(since: number): void {
    for (const item of items) {
      if (item.state === 'retrying') again(item);
      else if (item.state === 'sending' && item.movedAt <= since) halt(item, 'waiting');
    }
    pump();
  }

  let offlineSince = 0;
  const offline = () => {
    offlineSince = Date.now();
    changed();
  };
  const online = () => revive(offlineSince);
  window.addEventListener('offline', offline);
  window.addEventListener('online', online);

  const watch = window.setInterval(() => {
    for (const item of items) {
      if (item.state !== 'sending' || Date.now() - item.movedAt < STALL) continue;
      const refusal = new Refusal(0, 'silent');
      halt(item, 'retrying');
      item.refusal = refusal;
      wait(item, refusal);
    }
    changed();
  }, 5000);

  return {
    /** All files to be sent, without those that were left out and removed. */
    items,
    isPaused: () => paused,
    /** Whether all of them are at the service. */
    isWhole: () => items.length > 0 && arrived === items.length,
    /** Whether bytes of any file have moved recently. */
    moves: () => items.some(({ state, movedAt }) => state === 'sending' && Date.now() - movedAt < SILENCE),
    /** After a silence: restarts what has not moved for as long, on another connection. */
    revive: () => revive(Date.now() - SILENCE),
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
    /** Pauses some files. */
    pauseSome(some: readonly Item[]): void {
      for (const item of some) if (item.state !== 'arrived' && item.state !== 'failed') halt(item, 'paused');
      pump();
    },
    resumeSome(some: readonly Item[]): void {
      const mayGoOn = ({ state }: Item) => state !== 'arrived' && state !== 'sending' && state !== 'left_out';
      for (const item of some) if (mayGoOn(item)) halt(item, 'waiting');
      pump();
    },
    /**
     * Leaves out files that failed. Until their bytes are removed from the service, the others are
     * not whole. Those that cannot be removed fail again, and are returned.
     */
    async leaveOut(some: readonly Item[]): Promise<Item[]> {
      const leaving = some.filter(({ state }) => state === 'failed');
      const kept: Item[] = [];
      for (const item of leaving) halt(item, 'left_out');
      for (const item of leaving) {
        if (await removeArrived(item, options)) items.splice(items.indexOf(item), 1);
        else {
          become(item, 'failed');
          kept.push(item);
        }
      }
      changed();
      return kept;
    },
    /**
     * Replaces files that failed by others, by path. Those whose bytes cannot be removed from the
     * service stay, and are returned.
     */
    async replace(some: readonly Item[], chosen: Chosen): Promise<Item[]> {
      const kept: Item[] = [];
      for (const item of some) {
        const file = chosen.get(item.path);
        if (file === undefined || item.state !== 'failed') continue;
        // Nothing else is done with it meanwhile.
        halt(item, 'left_out');
        if (await removeArrived(item, options)) {
          Object.assign(item, { file, sent: 0, failures: 0, refusal: null });
          halt(item, 'waiting');
        } else {
          become(item, 'failed');
          kept.push(item);
        }
      }
      pump();
      return kept;
    },
  };
}

function isLarge({ file }: Item): boolean {
  return file.size > SMALL;
}

/** Tells which file is the next to wait, and looks at none twice unless it waits again. */
function createQueue(items: readonly Item[]) {
  const places = new Map(items.map((item, index) => [item, index]));
  let at = 0;
  return {
    next(): Item | undefined {
      while (at < items.length && items[at]?.state !== 'waiting') at += 1;
      return items[at];
    },
    /** An item waits again; one of another queue changes nothing. */
    putBack(item: Item): void {
      at = Math.min(at, places.get(item) ?? at);
    },
  };
}
