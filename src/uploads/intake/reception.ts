import { randomUUID } from 'node:crypto';
import type { Caller } from '../../connections/caller.js';
import { Problem, problem } from '../../errors.js';
import type { UploadsContext } from '../context.js';
import { withMembers } from '../failures.js';
import { handOver, handOverZip, type Received, type ZipToMake } from '../queue/handover.js';
import { type Run, startRun } from '../queue/run.js';
import { createStaged } from '../staging/staged.js';
import { readPatiently } from '../transfer/target.js';
import { type Arrival, noFiles, noToken, tokenTooLate, type Wishes } from './arrival.js';
import { type Announced, createExpectations } from './expectations.js';
import { junkWarnings } from './junk.js';
import { type ArchiveMode, planFiles } from './layout.js';
import { readManifests } from './manifest.js';
import { duplicate, nameKey } from './names.js';
import { bodyTooLarge, checkBodySize, checkFileSize, checkQuota } from './quota.js';

export type Reception = ReturnType<typeof openReception>;

/** Total time an upload may take, in seconds. */
const DEADLINE = 24 * 60 * 60;

/** Room that is reserved at once for a body that does not say how long it is, in bytes. */
const STEP = 16 * 1024 * 1024;

/**
 * Takes the files of one request, one after the other, in whatever way they come. Each is staged; each whose name on Zenodo
 * is certain is sent while the next one arrives, or, if its length was announced, while it arrives itself. Nothing is left of a
 * reception that was refused.
 */
export function openReception(context: UploadsContext, arrival: Arrival) {
  const { rows, staging, room, limits } = context;
  const uploadId = randomUUID();
  const expectations = createExpectations();
  const received: Received[] = [];
  const spellings = new Map<string, string>();
  let run: Run | null = null;
  let taken = 0;
  let granted = arrival.contentLength ?? 0;

  /** Gives the run what was staged before the caller was known, and what comes after, as far as names are certain. */
  async function giveCertain(): Promise<void> {
    for (const [position, file] of received.entries()) {
      const size = file.staged.sealed?.size;
      const name = expectations.nameOf(file.path);
      if (run === null || size === undefined || name === null || file.name !== null) continue;
      await handOver(context, run, file, name, { size, position });
      checkRoom(run);
    }
  }

  /** Gives the run all that is left; answers the zips that are to be made. */
  async function giveRest(begun: Run, archive: ArchiveMode): Promise<ZipToMake[]> {
    const byPath = new Map(received.map((file) => [file.path, file]));
    const zips: ZipToMake[] = [];
    for (const planned of planFiles([...byPath.keys()], archive)) {
      const first = byPath.get(planned.paths[0] ?? '');
      if (first === undefined) continue;
      const position = received.indexOf(first);
      if (planned.entries !== null) {
        zips.push(await handOverZip(context, begun, planned, byPath, position));
      } else if (first.name === null) {
        const size = first.staged.sealed?.size ?? 0;
        await handOver(context, begun, first, planned.name, { size, position });
      }
    }
    checkRoom(begun, zips);
    const bytes = zips.reduce((sum, { size }) => sum + size, 0);
    if (bytes > 0) await room.reserve(begun.caller.owner, bytes, (tx) => rows.reserve(uploadId, bytes, tx));
    begun.expect(bytes);
    return zips;
  }

  /** Refuses too many files, or too large ones, as early as that can be known. */
  function checkRoom(begun: Run, zips: ZipToMake[] = []): void {
    const coming = new Map(expectations.coming().map((file) => [file.name, file.size]));
    for (const { name, staged } of received) {
      if (name !== null) coming.set(name, staged.sealed?.size ?? coming.get(name) ?? null);
    }
    for (const { name, size } of zips) coming.set(name, size);
    checkQuota(
      begun.target,
      [...coming].map(([name, size]) => ({ name, size })),
      limits,
    );
  }

  /** Called with each chunk of a file: throws as soon as it makes no sense to take more. */
  function meter(path: string): (bytes: number) => void {
    let size = 0;
    return (bytes) => {
      size += bytes;
      taken += bytes;
      context.meters.received.inc(bytes);
      run?.check();
      run?.expect(granted - taken);
      if (run === null && taken > arrival.maxUnauthenticated) throw tokenTooLate();
      checkFileSize(path, size, limits);
      if (taken > limits.uploadBytes) throw bodyTooLarge(limits.uploadBytes);
    };
  }

  /** Asked before bytes are written: who does not say how much he brings must not take the room that others were promised. */
  async function makeRoom(): Promise<void> {
    await room.check();
    if (run === null || taken <= granted) return;
    await room.reserve(run.caller.owner, STEP, (tx) => rows.reserve(uploadId, STEP, tx));
    granted = taken + STEP;
    run.expect(STEP);
  }

  return {
    get run() {
      return run;
    },

    /** The caller is known: reads the draft once, and begins. Throws what stands against bringing files there. */
    async authorize(caller: Caller): Promise<void> {
      const { contentLength, depositionId, requestId } = arrival;
      checkBodySize(contentLength, limits);
      const target = await readPatiently(context, caller, depositionId);
      const begun = {
        id: uploadId,
        owner: caller.owner,
        connectionId: caller.kind === 'connection' ? caller.connectionId : null,
        containerId: caller.kind === 'connection' ? (caller.handle?.containerId ?? null) : null,
        depositionId,
        volume: staging.volume,
        requestId,
        reserved: contentLength ?? 0,
        seconds: DEADLINE,
      };
      await room.reserve(caller.owner, begun.reserved, (tx) => rows.begin(begun, tx));
      run = startRun(context, { id: uploadId, caller, target });
      run.expect(begun.reserved - taken);
      await giveCertain();
    },

    /** What is known of the files before they come. With the sizes of all of them, each is sent on while it arrives. */
    announce(files: ReadonlyMap<string, Announced>, archive: ArchiveMode): void {
      expectations.announce(files, archive);
      if (run !== null) checkRoom(run);
    },

    /** Takes one file. Throws what is wrong with it. */
    async take(path: string, source: AsyncIterable<Uint8Array>): Promise<void> {
      const twin = spellings.get(nameKey(path));
      if (twin !== undefined) throw duplicate(path, twin);
      spellings.set(nameKey(path), path);
      expectations.refuseUnannounced(path);
      await staging.create(uploadId);
      const id = randomUUID();
      const staged = createStaged(staging.pathOf(uploadId, id), path);
      const file: Received = { id, path, staged, name: null };
      const position = received.push(file) - 1;
      const { size, md5 } = expectations.of(path);
      const name = expectations.nameOf(path);
      if (run !== null && size !== undefined && name !== null) {
        await handOver(context, run, file, name, { size, md5, position });
      }
      const sealed = await file.staged.fill(source, { size, md5, check: meter(path), room: makeRoom });
      if (file.name === null) await giveCertain();
      else await rows.sealFile(id, sealed);
    },

    /** All bytes are here. From now on the upload goes on by itself. Throws what is wrong with the whole. */
    async complete(wishes: Wishes, said: string[]): Promise<Run> {
      if (run === null) throw noToken();
      const begun = run;
      if (received.length === 0) throw noFiles();
      expectations.refuseMissing(new Set(received.map(({ path }) => path)));
      const zips = await giveRest(begun, wishes.archive);
      const manifests = await readManifests(received);
      const junk = junkWarnings(received.map(({ path }) => path));
      const { caller } = begun;
      const unreadable = await context.manifestsSeen(caller, arrival.depositionId, manifests);
      const warnings = [...said, ...manifests.warnings, ...junk, ...unreadable];
      const personalToken = caller.kind === 'personal' ? context.sealToken(uploadId, caller.token) : null;
      await rows.received(uploadId, { personalToken, warnings, sync: wishes.sync });
      const closed = (async () => {
        const news = await context.closeDraft(caller, arrival.depositionId);
        if (news.length > 0) await rows.warn(uploadId, [...warnings, ...news]);
      })();
      void (async () => {
        for (const { make } of zips) await make();
        begun.expect(0);
        // Until then whoever takes the upload over, with the token that is kept for it, closes the draft.
        await closed.catch(() => undefined);
        begun.complete(wishes.sync);
      })();
      await closed;
      return begun;
    },

    /** Ends a reception that cannot go on, leaves nothing of it here, and answers what to throw. */
    async refuse(error: unknown): Promise<unknown> {
      const reason = error instanceof Problem ? error : problem('incomplete_body', 'The upload broke off.');
      await run?.stop('refused', reason);
      const safe = run === null ? [] : await rows.safeFiles(uploadId);
      await rows.forget(uploadId);
      await staging.remove(uploadId);
      return error instanceof Problem && safe.length > 0 ? withMembers(error, { safe_files: safe }) : error;
    },
  };
}
