import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller } from '../connections/caller.js';
import { type ErrorCode, Problem } from '../errors.js';
import type { UploadsContext } from './context.js';
import { naming } from './failures.js';
import { removeFiles } from './other-files.js';
import { keepProgress } from './progress.js';
import { holds, md5Of, readTarget, type Target } from './target.js';
import { type Outgoing, transferFile } from './transfer.js';

/** Why work on an upload stops before its end. `lost`: another process works on it now. `released`: another process may. */
export type StopKind = 'refused' | 'cancelled' | 'lost' | 'released';

/** How a run ended. `problem` is what the caller is told unless all is well. */
export interface Outcome {
  state: 'done' | 'failed' | 'waiting_for_authorization' | StopKind;
  problem: Problem | null;
}

/** Who brings what where. */
export interface RunSubject {
  id: string;
  caller: Caller;
  target: Target;
}

/** An upload that this process works on. */
export interface Run {
  id: string;
  caller: Caller;
  target: Target;
  /** Throws if it makes no sense to take more bytes: a user who must authorize again will, and finds them here. */
  check(): void;
  add(file: Outgoing): void;
  /** No file will be added any more. `sync`: remove all others from the draft, once these are safe. */
  complete(sync: boolean): void;
  /** Gives up. Resolves when nothing runs any more; what becomes of the row is the business of whoever stops it. */
  stop(kind: StopKind, reason: Problem): Promise<void>;
  ended: Promise<Outcome>;
}

/** Another upload is sending a file of the same name; asked again after this many milliseconds. */
const CLAIM_WAIT = 500;

/** After these no other file of the upload has a chance either. */
const ENDS_ALL: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'deposition_not_found',
  'already_published',
  'not_your_deposition',
  'invalid_token',
  'reauthorization_required',
]);

/**
 * Works on one upload in this process, which holds its lease: sends each file as soon as it is added and slots allow,
 * and writes down how it went. Ends when `complete` was called and all files are settled, or when it is stopped.
 */
export function startRun(context: UploadsContext, subject: RunSubject): Run {
  const { rows, slots, staging, log } = context;
  const { id, caller, target } = subject;
  const stopping = new AbortController();
  const files: Outgoing[] = [];
  const deliveries: Promise<void>[] = [];
  let stopped: StopKind | null = null;
  let firstFault: Problem | null = null;
  let sync = false;
  let complete: () => void = () => undefined;
  const completed = new Promise<void>((resolve) => {
    complete = resolve;
  });
  const stopProgress = keepProgress(rows, id, files, log);

  async function deliver(file: Outgoing): Promise<void> {
    const { signal } = stopping;
    try {
      if (mayBeThere(file)) await file.staged.whenSealed();
      for (let turn = 0; ; turn += 1) {
        const release = await slots.acquire(caller.owner, signal);
        try {
          // Whoever sent that name before us may have sent the same bytes.
          if (turn > 0) Object.assign(target, await readTarget(context, caller, target.depositionId, signal));
          if (await isThere(file)) return await rows.updateFile(file.id, { state: 'unchanged' });
          if (await rows.claimName(file.id)) {
            await transferFile(context, caller, target, file, signal);
            return await rows.updateFile(file.id, {
              state: 'uploaded',
              sent: file.size,
              attempts: file.attempts,
            });
          }
        } finally {
          release();
        }
        await sleep(CLAIM_WAIT, undefined, { signal });
      }
    } catch (error) {
      await failed(file, error).catch((cause: unknown) => {
        // Without its rows this process cannot go on; when the lease has run out another one will.
        log.error({ err: cause, upload: id }, 'an upload is left to whoever takes it over');
        stopped ??= 'lost';
        stopping.abort(cause);
        complete();
      });
    }
  }

  /** The draft has a file of this name and size: worth waiting for the last byte before anything is sent. */
  function mayBeThere({ name, size, announcedMd5 }: Outgoing): boolean {
    const twin = target.files.find(({ filename, filesize }) => filename === name && filesize === size);
    return twin !== undefined && (announcedMd5 === undefined || announcedMd5 === md5Of(twin));
  }

  async function isThere(file: Outgoing): Promise<boolean> {
    const { sealed } = file.staged;
    return sealed !== null && holds(target, file.name, sealed.md5);
  }

  async function failed(file: Outgoing, error: unknown): Promise<void> {
    if (stopping.signal.aborted) return;
    const fault = naming(error, file.name);
    if (fault.status >= 500) log.error({ err: error, upload: id, file: file.id }, 'a file could not be sent');
    firstFault ??= fault;
    await rows.updateFile(file.id, {
      state: fault.code === 'reauthorization_required' ? 'staged' : 'failed',
      attempts: file.attempts,
      error: { code: fault.code, detail: fault.detail },
    });
    if (ENDS_ALL.has(fault.code)) stopping.abort(fault);
  }

  async function end(): Promise<Outcome> {
    await completed;
    await Promise.all(deliveries);
    stopProgress();
    if (stopped !== null) return { state: stopped, problem: null };
    if (firstFault === null && sync) await removeOthers();
    if (firstFault !== null) return giveUp(firstFault);
    await rows.end(id, { state: 'done', otherFiles: sync ? [] : others().map(({ filename }) => filename) });
    await staging.remove(id);
    return { state: 'done', problem: null };
  }

  const others = () => {
    const named = new Set(files.map(({ name }) => name));
    return target.files.filter(({ filename }) => !named.has(filename));
  };

  async function removeOthers(): Promise<void> {
    await removeFiles(context, caller, target.depositionId, others(), stopping.signal).catch(
      (error: unknown) => {
        firstFault = naming(error, 'sync');
      },
    );
  }

  /** Bytes stay only for a user who may come back. */
  async function giveUp(fault: Problem): Promise<Outcome> {
    const parked = fault.code === 'reauthorization_required';
    const state = parked ? 'waiting_for_authorization' : 'failed';
    await rows.end(id, { state, error: { code: fault.code, detail: fault.detail } });
    if (!parked) await staging.remove(id);
    return { state, problem: fault };
  }

  const ended = end();
  const run: Run = {
    id,
    caller,
    target,
    check(): void {
      const { aborted, reason } = stopping.signal;
      if (!aborted || (reason instanceof Problem && reason.code === 'reauthorization_required')) return;
      throw reason;
    },
    add(file: Outgoing): void {
      files.push(file);
      if (!stopping.signal.aborted) deliveries.push(deliver(file));
    },
    complete(alone): void {
      sync = alone;
      complete();
    },
    async stop(kind: StopKind, reason: Problem): Promise<void> {
      stopped ??= kind;
      stopping.abort(reason);
      complete();
      await ended;
    },
    ended,
  };
  context.keep(run);
  return run;
}
