import { randomUUID } from 'node:crypto';
import type { Caller } from '../connections/caller.js';
import { Problem, problem } from '../errors.js';
import type { UploadsContext } from './context.js';
import { withMembers } from './failures.js';
import { handOver, handOverZip, type Received, refuseEmpty } from './handover.js';
import { type ArchiveMode, type PlannedFile, planFiles } from './layout.js';
import { readManifest } from './manifest.js';
import { duplicate, nameKey, quoted } from './names.js';
import { type Run, startRun } from './run.js';
import { createStaged } from './staged.js';
import { readTarget } from './target.js';

/** What is known of a request before its body has been read. */
export interface Arrival {
  depositionId: number;
  requestId: string;
  /** Bytes that may come before the caller is known. */
  maxUnauthenticated: number;
}

/** How the caller wants the files treated. */
export interface Wishes {
  archive: ArchiveMode;
  sync: boolean;
}

/** What is announced of a file before its bytes. */
export interface Announced {
  size?: number | undefined;
  /** Hex. */
  md5?: string | undefined;
}

export type Reception = ReturnType<typeof openReception>;

/** Total time an upload may take, in seconds. */
const DEADLINE = 24 * 60 * 60;

/**
 * Takes the files of one request, one after the other, in whatever way they come. Each is staged; each whose name on Zenodo
 * is certain is sent while the next one arrives, or, if its length was announced, while it arrives itself. Nothing is left of a
 * reception that was refused.
 */
export function openReception(context: UploadsContext, arrival: Arrival) {
  const { rows, staging } = context;
  const uploadId = randomUUID();
  const received: Received[] = [];
  const spellings = new Map<string, string>();
  let announced: ReadonlyMap<string, Announced> = new Map();
  /** What to make of all parts, if all were announced. */
  let plan: Map<string, PlannedFile> | null = null;
  let run: Run | null = null;
  let unauthenticated = 0;

  /** Gives the run what was staged before the caller was known, and what comes after, as far as names are certain. */
  async function giveCertain(): Promise<void> {
    for (const [position, file] of received.entries()) {
      const size = file.staged.sealed?.size;
      if (run === null || size === undefined || file.name !== null) continue;
      // Without a directory there is no common one to be removed.
      const name = plan === null ? file.path : plan.get(file.path)?.name;
      const whole = plan === null ? !file.path.includes('/') : plan.get(file.path)?.entries === null;
      if (name !== undefined && whole) await handOver(context, run, file, name, { size, position });
    }
  }

  /** Gives the run all that is left; answers how to make the zips. */
  async function giveRest(begun: Run, archive: ArchiveMode): Promise<(() => Promise<void>)[]> {
    const byPath = new Map(received.map((file) => [file.path, file]));
    const zips: (() => Promise<void>)[] = [];
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
    return zips;
  }

  function refuseUnannounced(path: string): void {
    if (plan === null || plan.has(path)) return;
    throw problem('invalid_request', `The field sizes does not name the file ${quoted(path)}.`, {
      errors: [{ field: 'sizes', message: `does not name ${quoted(path)}` }],
    });
  }

  function refuseMissing(): void {
    const came = new Set(received.map(({ path }) => path));
    const missing = [...(plan?.keys() ?? [])].filter((path) => !came.has(path));
    if (missing.length === 0) return;
    throw problem(
      'size_mismatch',
      `The field sizes names files that did not come: ${quoted(missing.join(', '))}.`,
      {
        errors: missing.map((path) => ({ field: quoted(path), message: 'was announced and did not come' })),
      },
    );
  }

  function limitsOf(path: string) {
    const limits = { ...announced.get(path), check: () => run?.check() };
    if (run !== null) return limits;
    const maximum = Math.max(0, arrival.maxUnauthenticated - unauthenticated);
    return { ...limits, maximum, tooLarge: tokenTooLate };
  }

  return {
    uploadId,
    get run() {
      return run;
    },

    /** The caller is known: reads the draft once, and begins. Throws what stands against bringing files there. */
    async authorize(caller: Caller): Promise<Run> {
      const target = await readTarget(context, caller, arrival.depositionId);
      await rows.begin({
        id: uploadId,
        owner: caller.owner,
        connectionId: caller.kind === 'connection' ? caller.connectionId : null,
        containerId: caller.kind === 'connection' ? (caller.handle?.containerId ?? null) : null,
        depositionId: arrival.depositionId,
        volume: staging.volume,
        requestId: arrival.requestId,
        reserved: 0,
        seconds: DEADLINE,
      });
      run = startRun(context, { id: uploadId, caller, target });
      await giveCertain();
      return run;
    },

    /** What is known of the files before they come. With the sizes of all of them, each is sent on while it arrives. */
    announce(files: ReadonlyMap<string, Announced>, archive: ArchiveMode): void {
      announced = files;
      if ([...files.values()].every(({ size }) => size === undefined)) return;
      plan = new Map();
      for (const planned of planFiles([...files.keys()], archive)) {
        for (const path of planned.paths) plan.set(path, planned);
        if (planned.entries === null) refuseEmpty(planned.name, files.get(planned.paths[0] ?? '')?.size ?? 1);
      }
    },

    /** Takes one file. Throws what is wrong with it. */
    async take(path: string, source: AsyncIterable<Uint8Array>): Promise<void> {
      const twin = spellings.get(nameKey(path));
      if (twin !== undefined) throw duplicate(path, twin);
      spellings.set(nameKey(path), path);
      refuseUnannounced(path);
      await staging.create(uploadId);
      const id = randomUUID();
      const file: Received = {
        id,
        path,
        staged: createStaged(staging.pathOf(uploadId, id), path),
        name: null,
      };
      const position = received.push(file) - 1;
      const planned = plan?.get(path);
      const { size, md5 } = announced.get(path) ?? {};
      if (run !== null && size !== undefined && planned?.entries === null) {
        await handOver(context, run, file, planned.name, { size, md5, position });
      }
      const sealed = await file.staged.fill(source, limitsOf(path));
      if (run === null) unauthenticated += sealed.size;
      if (file.name === null) await giveCertain();
      else await rows.sealFile(id, sealed);
    },

    /** All bytes are here. From now on the upload goes on by itself. Throws what is wrong with the whole. */
    async complete(wishes: Wishes, warnings: string[]): Promise<Run> {
      if (run === null) throw problem('missing_token', 'Send the access token before the files.');
      const begun = run;
      if (received.length === 0) throw noFiles();
      refuseMissing();
      const zips = await giveRest(begun, wishes.archive);
      const manifest = await readManifest(received);
      const { caller } = begun;
      const personalToken = caller.kind === 'personal' ? context.sealToken(uploadId, caller.token) : null;
      await rows.received(uploadId, { personalToken, warnings, sync: wishes.sync });
      void (async () => {
        for (const make of zips) await make();
        begun.complete(wishes.sync);
      })();
      if (manifest !== null) {
        const news = await context.manifestSeen(caller, arrival.depositionId, manifest);
        if (news.length > 0) await rows.warn(uploadId, [...warnings, ...news]);
      }
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

function tokenTooLate() {
  return problem(
    'token_must_come_first',
    'Put the field access_token before the files, or send the token as Authorization: Bearer.',
  );
}

export function noFiles() {
  return problem('no_files', 'The request holds no file. Send files as parts of multipart/form-data.', {
    errors: [{ field: 'files', message: 'is empty' }],
  });
}
