import { randomUUID } from 'node:crypto';
import type { Caller } from '../connections/caller.js';
import { Problem, problem } from '../errors.js';
import type { UploadsContext } from './context.js';
import { withMembers } from './failures.js';
import { type ArchiveMode, type PlannedFile, planFiles } from './layout.js';
import { readManifest } from './manifest.js';
import { duplicate, nameKey } from './names.js';
import { type Run, startRun } from './run.js';
import { createStaged, type Sealed, type Staged } from './staged.js';
import { readTarget } from './target.js';
import { makeZip, type StagedPart, sizeOfZip } from './zip-file.js';

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

/** A part whose bytes have been taken, or are being taken. */
interface Received {
  id: string;
  path: string;
  staged: Staged;
  /** Its name on Zenodo once that is certain; then the run has it. */
  name: string | null;
}

export type Reception = ReturnType<typeof openReception>;

/** Total time an upload may take, in milliseconds. */
const DEADLINE = 24 * 60 * 60 * 1000;

/**
 * Takes the files of one request, one after the other, in whatever way they come. Each is staged; each whose name on Zenodo
 * is certain is sent while the next one arrives. Nothing is left of a reception that was refused.
 */
export function openReception(context: UploadsContext, arrival: Arrival) {
  const { rows, staging } = context;
  const uploadId = randomUUID();
  const received: Received[] = [];
  const paths = new Map<string, string>();
  let run: Run | null = null;
  let unauthenticated = 0;
  const plan: PlannedFile[] | null = null;

  async function give(file: Received, name: string, size: number): Promise<void> {
    file.name = name;
    const { id, staged } = file;
    const position = received.indexOf(file);
    const { md5 = null } = staged.sealed ?? {};
    const { depositionId } = arrival;
    const known = {
      size,
      md5,
      received: staged.written,
      state: md5 === null ? 'receiving' : 'staged',
    } as const;
    await rows.addFile({ id, uploadId, depositionId, name, position, ...known });
    run?.add({ id, name, size, staged, attempts: 0, sent: 0 });
  }

  /** Gives the run what was staged before the caller was known, and what comes after, as far as names are certain. */
  async function giveCertain(): Promise<void> {
    if (run === null) return;
    for (const file of received) {
      const size = file.staged.sealed?.size;
      if (size === undefined || file.name !== null || file.path.includes('/')) continue;
      refuseEmpty(file.path, size);
      await give(file, file.path, size);
    }
  }

  async function giveRest(archive: ArchiveMode): Promise<() => Promise<void>> {
    const byPath = new Map(received.map((file) => [file.path, file]));
    const zips: (() => Promise<void>)[] = [];
    for (const { name, entries, paths } of plan ?? planFiles([...byPath.keys()], archive)) {
      const files = paths.flatMap((path) => byPath.get(path) ?? []);
      const [single] = files;
      if (single === undefined) continue;
      if (entries === null) {
        const size = single.staged.sealed?.size ?? 0;
        refuseEmpty(single.path, size);
        if (single.name === null) await give(single, name, size);
        continue;
      }
      const parts: StagedPart[] = entries.flatMap(({ path, entry }) => {
        const part = byPath.get(path);
        return part?.staged.sealed ? [{ id: part.id, path, entry, size: part.staged.sealed.size }] : [];
      });
      zips.push(await giveZip(name, parts, received.indexOf(single)));
    }
    return async () => {
      for (const make of zips) {
        await make().catch((error: unknown) => {
          context.log.error({ err: error, upload: uploadId }, 'a zip could not be made');
        });
      }
    };
  }

  async function giveZip(name: string, parts: StagedPart[], position: number): Promise<() => Promise<void>> {
    const id = randomUUID();
    const size = sizeOfZip(parts);
    const staged = createStaged(staging.pathOf(uploadId, id), name);
    const { depositionId } = arrival;
    await rows.addFile({ id, uploadId, depositionId, name, position, size, parts: parts as object[] });
    run?.add({ id, name, size, staged, attempts: 0, sent: 0 });
    return () => makeZip(context, uploadId, id, staged, parts);
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
        deadlineAt: new Date(Date.now() + DEADLINE),
        reserved: 0,
      });
      run = startRun(context, { id: uploadId, caller, target });
      await giveCertain();
      return run;
    },

    /** Takes one file. Throws what is wrong with it. */
    async take(path: string, source: AsyncIterable<Uint8Array>, announced: Announced = {}): Promise<void> {
      const twin = paths.get(nameKey(path));
      if (twin !== undefined) throw duplicate(path, twin);
      paths.set(nameKey(path), path);
      const id = randomUUID();
      await staging.create(uploadId);
      const staged = createStaged(staging.pathOf(uploadId, id), path);
      received.push({ id, path, staged, name: null });
      const sealed = await staged.fill(source, {
        ...announced,
        ...(run === null ? unknownCaller() : {}),
        check: () => run?.check(),
      });
      if (run === null) unauthenticated += sealed.size;
      await giveCertain();
    },

    /** All bytes are here. The upload goes on by itself from now on; zips are made behind the returned run. */
    async complete(wishes: Wishes, warnings: string[]): Promise<Run> {
      if (run === null) throw problem('missing_token', 'Send the access token before the files.');
      if (received.length === 0) throw noFiles();
      const makeZips = await giveRest(wishes.archive);
      const manifest = await readManifest(received);
      const personalToken =
        run.caller.kind === 'personal' ? context.sealToken(uploadId, run.caller.token) : null;
      await rows.received(uploadId, { personalToken, warnings, sync: wishes.sync });
      run.complete(wishes.sync);
      void makeZips();
      if (manifest !== null) {
        const news = await context.manifestSeen(run.caller, arrival.depositionId, manifest);
        if (news.length > 0) await rows.warn(uploadId, [...warnings, ...news]);
      }
      return run;
    },

    /** Ends a reception that cannot go on, leaves nothing of it here, and answers what to throw. */
    async refuse(error: unknown): Promise<unknown> {
      const reason = error instanceof Problem ? error : problem('incomplete_body', 'The upload broke off.');
      const safe = run === null ? [] : await rows.safeFiles(uploadId);
      await run?.stop('refused', reason);
      await rows.forget(uploadId);
      await staging.remove(uploadId);
      return error instanceof Problem && safe.length > 0 ? withMembers(error, { safe_files: safe }) : error;
    },
  };

  function unknownCaller() {
    return {
      maximum: Math.max(0, arrival.maxUnauthenticated - unauthenticated),
      tooLarge: () =>
        problem(
          'token_must_come_first',
          'Put the field access_token before the files, or send the token as Authorization: Bearer.',
        ),
    };
  }
}

export function noFiles() {
  return problem('no_files', 'The request holds no file. Send files as parts of multipart/form-data.', {
    errors: [{ field: 'files', message: 'is empty' }],
  });
}

function refuseEmpty(path: string, size: Sealed['size']): void {
  if (size > 0) return;
  throw problem('empty_file', `${path} is empty, and Zenodo takes no empty files. Leave it out.`, {
    errors: [{ field: path, message: 'is empty' }],
  });
}
