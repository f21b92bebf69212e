import { randomUUID } from 'node:crypto';
import { truncate } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { Caller } from '../../../connections/caller.js';
import { isDatabaseUnavailable } from '../../../database/unavailable.js';
import { kindOf, type Problem, serviceEnds } from '../../../errors.js';
import { every, pause, within } from '../../../time.js';
import type { UploadsContext } from '../../context.js';
import { naming } from '../../failures.js';
import { keepProgress } from '../../progress.js';
import { deliverFile } from '../../transfer/deliver.js';
import type { OutgoingFile } from '../../transfer/outgoing.js';
import { bodyOf } from '../body.js';
import { brokenOff } from '../form-faults.js';
import type { DraftReads } from './draft-reads.js';
import { beyondLength, ended, fenced, leaseLost, locked, noSuchFile, wrongOffset } from './faults.js';
import { bytesThere, type LiveFile, leaseTime, liveFile, patchOf } from './live-file.js';
import { type Created, PLAIN, type TusFileOf } from './tus-rows.js';

/** How often leases are renewed, in milliseconds. */
const RENEWAL = 2000;

/**
 * After so many milliseconds without a byte a request counts as dead if another one comes for the
 * same file.
 */
const SILENT = 3000;

/**
 * After so many milliseconds without a byte an unfinished file is put down; it is taken up at the
 * next byte.
 */
const IDLE = 10 * 60_000;

/**
 * How long the last chunk of a file is not answered because what came before is hashed again, in
 * milliseconds.
 */
const SEAL_WAIT = 20_000;

const LOOK = 100;

/** Sums remembered at once; files whose sum is forgotten are hashed again. */
const MOST_SEALS = 20_000;

/** What a chunk says of itself. */
export interface Chunk {
  offset: number;
  /** Bytes, if the request says so. */
  length: number | null;
  sum: { algorithm: string; digest: Buffer } | undefined;
}

export type LiveFiles = ReturnType<typeof createLiveFiles>;

/**
 * The files of which this process has the lease: it alone takes bytes of them, and sends them to
 * Zenodo while they come. `completed` is called when an upload has become complete.
 */
export function createLiveFiles(context: UploadsContext, drafts: DraftReads, completed: () => void) {
  const { rows, tusRows, staging, log } = context;
  const { fileWait } = context.timings;
  const live = new Map<string, LiveFile>();
  const opening = new Map<string, Promise<LiveFile>>();
  const outgoing: OutgoingFile[] = [];
  /** Files whose sums were made of what came, not of what lies on the disk. */
  const sealedHere = new Set<string>();
  let closed = false;
  const stopProgress = keepProgress(rows, 'uploads by tus', outgoing, log);

  /**
   * Waits for the lease on a file. Throws upload_locked. Answers whether a living process gave it
   * away.
   */
  async function takeLease(
    { id, path }: TusFileOf,
    token: string,
  ): Promise<{ handedOver: boolean; at: number }> {
    const until = performance.now() + fileWait;
    let seen: number | null = null;
    for (let waited = false; ; waited = true) {
      const at = performance.now();
      const { held, died, activeAt } = await tusRows.acquire(id, token);
      if (held) return { handedOver: waited && !died, at };
      if (activeAt === null) throw noSuchFile();
      if (seen !== null && activeAt.getTime() > seen) throw locked(path);
      seen ??= activeAt.getTime();
      if (performance.now() > until) throw locked(path);
      await pause(LOOK * 2);
    }
  }

  async function open(file: TusFileOf, caller: Caller | null, fresh?: Created): Promise<LiveFile> {
    const token = randomUUID();
    const { handedOver, at } = await takeLease(file, token);
    try {
      const { file: now, name } = fresh ?? (await readAgain(file.id));
      await staging.create(now.uploadId);
      const path = staging.pathOf(now.uploadId, now.id);
      const one = await liveFile(now, path, token, name);
      one.safeUntil = at + leaseTime();
      one.staged.catchUp();
      live.set(one.id, one);
      if (closed) throw serviceEnds();
      if (caller !== null) startDelivery(one, caller, handedOver);
      return one;
    } catch (error) {
      live.delete(file.id);
      await tusRows.release(file.id, token, Number(file.received)).catch(() => undefined);
      throw error;
    }
  }

  /** The file as it is once the lease on it is ours. Throws why it takes no more bytes. */
  async function readAgain(id: string): Promise<Created> {
    const file = await tusRows.find(id);
    if (file === null) throw noSuchFile();
    const fault = ended(file.upload);
    if (fault !== null) throw fault;
    return { file, name: (await rows.fileById(id))?.name ?? null };
  }

  /**
   * The file, with the lease on it. Of several that come at once for one that is not open, one
   * opens it.
   */
  function opened(file: TusFileOf, caller: Caller | null, fresh?: Created): Promise<LiveFile> {
    const known = live.get(file.id);
    if (known !== undefined) return Promise.resolve(known);
    const pending = opening.get(file.id) ?? open(file, caller, fresh).finally(() => opening.delete(file.id));
    opening.set(file.id, pending);
    return pending;
  }

  function startDelivery(one: LiveFile, caller: Caller, late: boolean): void {
    const { outgoing: sent } = one;
    if (sent === null) return;
    outgoing.push(sent);
    one.delivering = true;
    one.delivery = deliver(one, sent, caller, late).finally(() => {
      one.delivering = false;
      outgoing.splice(outgoing.indexOf(sent), 1);
      if (one.staged.sealed !== null) void close(one, null);
    });
  }

  /**
   * Sends the file while it comes; one that came from process to process, once all of it is here.
   */
  async function deliver(one: LiveFile, sent: OutgoingFile, caller: Caller, late: boolean): Promise<void> {
    const { signal } = one.control;
    try {
      if (late) await one.staged.whenSealed(signal);
      const draft = await drafts.get(caller, one.depositionId, one.depositionCreatedAt);
      signal.throwIfAborted();
      await deliverFile(context, caller, draft, sent, signal, () => true);
    } catch (error) {
      if (!signal.aborted) await undelivered(one, sent, error);
    }
  }

  /**
   * It is sent again when the upload is complete; unless its draft or its user is what stands
   * against it.
   */
  async function undelivered(one: LiveFile, sent: OutgoingFile, error: unknown): Promise<void> {
    const fault = naming(error, sent.name);
    const said = { code: fault.code, detail: fault.detail };
    log.warn(
      { err: error, upload_id: one.uploadId, file_id: one.id, code: fault.code },
      'a file cannot be sent now',
    );
    if (isDatabaseUnavailable(error)) return void close(one, leaseLost());
    const over = kindOf(fault).about !== undefined && fault.code !== 'reauthorization_required';
    try {
      const state = one.staged.sealed === null ? 'receiving' : 'staged';
      const nothingSent = { sent: 0, rate: 0, nextAt: null };
      await rows.updateFile(one.id, { state, attempts: sent.attempts, error: said, ...nothingSent });
      if (!over) return;
      drafts.forget(one.depositionId);
      await tusRows.fail(one.uploadId, said);
      stop(one.uploadId, fault);
    } catch (err) {
      log.warn({ err, file_id: one.id }, 'the outcome of a file could not be recorded');
    }
  }

  /** All bytes are here. Throws checksum_mismatch; then they must all come again. */
  async function seal(one: LiveFile): Promise<void> {
    try {
      const sealed = await one.staged.seal(one.announcedMd5);
      sealedHere.add(one.id);
      const [oldest] = sealedHere;
      if (sealedHere.size > MOST_SEALS && oldest !== undefined) sealedHere.delete(oldest);
      // What goes into a zip is put down at once.
      one.released = one.outgoing === null;
      await tusRows.seal(one.id, sealed, one.released ? one.token : null);
      if (one.outgoing !== null) await rows.sealFile(one.id, sealed);
      one.sealSaid = true;
      context.meters.tusFiles.inc({ event: 'ended' });
    } catch (error) {
      one.discard = one.staged.sealed === null;
      const fault = naming(error, one.staged.label);
      void close(one, fault);
      throw fault;
    }
    if (one.single && (await tusRows.complete(one.uploadId, PLAIN))) completed();
    if (!one.delivering) void close(one, null);
  }

  function startSeal(one: LiveFile): Promise<void> {
    one.sealing ??= seal(one);
    one.sealing.catch((err: unknown) =>
      log.warn({ err, file_id: one.id }, 'a file did not match its announcement'),
    );
    return one.sealing;
  }

  /**
   * Puts a file down: its bytes stay, and the process that takes the lease goes on with it.
   * `fault`: what those are told who send it.
   */
  function close(one: LiveFile, fault: Problem | null): Promise<void> {
    one.fault ??= fault ?? leaseLost();
    one.patch?.end(one.fault);
    one.control.abort(one.fault);
    one.closing ??= putDown(one).catch((err: unknown) =>
      log.warn({ err, file_id: one.id }, 'a lease expires'),
    );
    return one.closing;
  }

  async function putDown(one: LiveFile): Promise<void> {
    try {
      await one.patch?.over;
      await one.delivery;
      await one.sealing?.catch(() => undefined);
      if (one.discard) await truncate(one.staged.path, 0);
      if (one.outgoing !== null) await rows.giveUpName(one.id);
      // All bytes are here, and no row says so: once the lease has run out that is done as after a
      // death.
      if (one.staged.written === one.size && !one.sealSaid && !one.discard) return;
      if (one.released && one.sealSaid) return;
      await tusRows.release(one.id, one.token, one.discard ? 0 : one.staged.written);
    } finally {
      if (live.get(one.id) === one) live.delete(one.id);
    }
  }

  /** Puts down all files of an upload. */
  function stop(uploadId: string, fault: Problem): void {
    for (const one of live.values()) if (one.uploadId === uploadId) void close(one, fault);
  }

  /** No request brings bytes of it, or none that lives. */
  const isSilent = (one: LiveFile) => one.patch === null || performance.now() - one.lastByteAt > SILENT;
  const isForgotten = (one: LiveFile, now: number) => one.patch === null && now - one.lastByteAt > IDLE;

  const renew = async () => {
    const at = performance.now();
    const held = [...live.values()].filter(({ closing }) => closing === null);
    if (held.length === 0) return;
    try {
      const renewed = await tusRows.renew(
        held.map((one) => ({
          id: one.id,
          token: one.token,
          received: one.staged.written,
          active: one.patch !== null && at - one.lastByteAt < RENEWAL,
        })),
      );
      const kept = new Map(renewed.map((row) => [row.id, row]));
      for (const one of held) {
        const row = kept.get(one.id);
        if (row !== undefined) one.safeUntil = at + leaseTime();
        if (row === undefined || row.over) void close(one, row === undefined ? leaseLost() : noSuchFile());
        else if (row.shut && one.patch !== null) void close(one, noSuchFile());
        else if (one.staged.sealed === null && (row.wanted ? isSilent(one) : isForgotten(one, at))) {
          void close(one, fenced(one.staged.label));
        }
      }
    } finally {
      for (const one of held) if (performance.now() > one.safeUntil) void close(one, leaseLost());
    }
  };
  const renewals = every(log, RENEWAL, 'renewing leases on files', renew);

  /**
   * Waits until no other request of this process sends the file, and ends one that is dead. Throws
   * upload_locked.
   */
  async function seize(file: TusFileOf, caller: Caller, raw: IncomingMessage, fresh?: Created) {
    const since = performance.now();
    while (performance.now() < since + fileWait) {
      if (closed) throw serviceEnds();
      const one = await opened(file, caller, fresh);
      if (one.closing !== null) await one.closing;
      else if (one.patch === null) {
        const patch = patchOf(raw);
        one.patch = patch;
        one.lastByteAt = performance.now();
        return { one, done: patch.done };
      } else if (one.lastByteAt > since) break;
      else {
        if (isSilent(one)) one.patch.end(fenced(file.path));
        await pause(LOOK);
      }
    }
    throw locked(file.path);
  }

  /** Throws unless the lease is ours for certain: asked before every write. */
  const fence = (one: LiveFile) => {
    if (one.fault !== null) throw one.fault;
    if (performance.now() > one.safeUntil) throw leaseLost();
  };

  const mark = async (one: LiveFile, from: number | null) => {
    if (one.unverifiedFrom !== from) await tusRows.markUnverified(one.id, from);
    one.unverifiedFrom = from;
  };

  async function take(one: LiveFile, { offset, length, sum }: Chunk, raw: IncomingMessage): Promise<void> {
    const { size, staged } = one;
    if (raw.destroyed && !raw.complete) throw brokenOff();
    if (offset !== staged.written) throw wrongOffset(staged.label, offset, staged.written);
    if (length !== null && offset + length > size) throw beyondLength(staged.label, size);
    fence(one);
    await mark(one, sum === undefined ? null : offset);
    const count = (event: string) => context.meters.tusFiles.inc({ event });
    if (one.brokenOff) count('resumed');
    one.brokenOff = false;
    const taken = staged.append(bodyOf(raw), {
      size,
      length,
      sum,
      check(bytes) {
        one.lastByteAt = performance.now();
        context.meters.received.inc(bytes);
        if (one.fault !== null) throw one.fault;
      },
      async room() {
        await context.room.check();
        fence(one);
      },
    });
    await taken.catch((error: unknown) => {
      one.brokenOff = true;
      count('broken_off');
      throw error;
    });
    await mark(one, null);
  }

  return {
    /**
     * Takes one chunk; answers how many bytes of the file are here. What has come of a chunk that
     * breaks off stays. `fresh`: the file was announced with this very request.
     */
    async patch(
      file: TusFileOf,
      caller: Caller,
      chunk: Chunk,
      raw: IncomingMessage,
      fresh?: Created,
    ): Promise<number> {
      const { one, done } = await seize(file, caller, raw, fresh);
      try {
        await take(one, chunk, raw);
      } finally {
        one.patch = null;
        done();
        await tusRows.keep([one.uploadId]);
      }
      if (one.staged.written === one.size) {
        const slow = new Error('what came before is still being hashed');
        await within(SEAL_WAIT, startSeal(one), () => slow).catch((error: unknown) => {
          if (error !== slow) throw error;
        });
      }
      return one.staged.written;
    },

    /** How many bytes of a file are here. Disturbs no request. */
    async offset(file: TusFileOf): Promise<number> {
      if (file.md5 !== null) return Number(file.size);
      const one = live.get(file.id);
      if (one !== undefined) return one.discard ? 0 : one.staged.written;
      return bytesThere(staging.pathOf(file.uploadId, file.id), file.unverifiedFrom);
    },

    /** Goes on with a file over which a process died. */
    async recover(id: string): Promise<void> {
      const file = await tusRows.find(id);
      if (file === null) return;
      const caller = await context.callerOf(file.upload).catch(() => null);
      const one = await opened(file, caller);
      if (one.staged.written === one.size) await startSeal(one);
      else if (!one.delivering) await close(one, null);
    },

    /** A file of no bytes is complete from the beginning. */
    async sealEmpty(file: TusFileOf): Promise<void> {
      const one = await opened(file, null);
      await one.staged.append(nothing(), { size: 0, length: 0 });
      await startSeal(one);
    },

    /** Puts a file down if this process has it; resolves when nothing runs any more. */
    async drop(id: string, fault: Problem): Promise<void> {
      const one = live.get(id);
      if (one !== undefined) await close(one, fault);
    },

    /** Resolves once no request and no sending of a file runs in this process. */
    async whenDown(id: string): Promise<void> {
      const one = live.get(id);
      if (one === undefined) return;
      await one.sealing?.catch(() => undefined);
      await one.delivery;
      await one.closing;
    },

    wasSealedHere: (id: string): boolean => sealedHere.has(id),
    forgetSeal: (id: string): void => void sealedHere.delete(id),
    stop,
    /** Files that a request brings, or that are here and on their way. */
    running: (): number =>
      [...live.values()].filter(
        ({ patch, sealing, delivering, staged }) =>
          patch !== null || sealing !== null || (delivering && staged.sealed !== null),
      ).length,

    /** Ends requests that bring bytes: what has come stays, and can go on anywhere. */
    endRequests(): void {
      for (const one of live.values()) if (one.patch !== null) void close(one, serviceEnds());
    },

    /** Puts down all files, for other processes or the next start. */
    async close(): Promise<void> {
      closed = true;
      await Promise.all([...live.values()].map((one) => close(one, serviceEnds())));
      await renewals.stop();
      stopProgress();
    },
  };
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // A file of no bytes.
}
