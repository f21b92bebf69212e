import { randomUUID } from 'node:crypto';
import { type Caller, isLimited } from '../../connections/caller.js';
import { Problem, problem } from '../../errors.js';
import { LIFETIMES } from '../../lifetimes.js';
import { noteSubject } from '../../log-subject.js';
import type { Notice } from '../../notice.js';
import type { UploadsContext } from '../context.js';
import { extend } from '../failures.js';
import type { UploadOptions } from '../model.js';
import { duplicate, nameKey } from '../plan/file-names.js';
import { type ArchiveMode, commonDirectory, type DraftBefore } from '../plan/folders-to-zips.js';
import {
  bodyTooLarge,
  checkBodySize,
  checkFileSize,
  checkPaths,
  checkQuota,
  lengthOfPaths,
  refuseEmpty,
} from '../plan/limits.js';
import type { FileToSend, PlanOptions } from '../plan/plan.js';
import { newUpload } from '../rows/upload-repository.js';
import { createStagedFile } from '../staging/staged-file.js';
import { readDraftWithRetries } from '../transfer/read-draft.js';
import { tokenTooLate } from '../unauthenticated-bytes.js';
import { type ReceivedFile, startWorker, type UploadWorker } from '../worker/worker.js';
import { type Announced, createAnnounced } from './announced.js';
import { checkComing } from './check-coming.js';
import { completeIntake } from './complete-intake.js';
import { noFiles, noToken, type UploadRequest } from './upload-request.js';

export type Receiver = ReturnType<typeof openReceiver>;

/** Bytes of a form's part besides its content. */
const PART_OVERHEAD = 150;

/** A body of unknown length may contain many files smaller than this. Bytes. */
const SMALL = 1024 * 1024;

/** Bytes that are reserved at once for a body of unknown length. */
const STEP = 16 * 1024 * 1024;

/**
 * Receives the files of one request, one after the other, and stages them. A file with a certain
 * name is sent while the next one arrives or, if its size was announced, while it arrives itself. A
 * refused upload leaves nothing behind.
 */
export function openReceiver(context: UploadsContext, request: UploadRequest) {
  const { uploadRepository, fileRepository, sentFiles, staging, reservations, limits } = context;
  const uploadId = randomUUID();
  const announcements = createAnnounced(planWhole);
  const received: ReceivedFile[] = [];
  /** Staged files with certain names that the worker does not have yet. */
  const waiting: { file: ReceivedFile; name: string; size: number; position: number }[] = [];
  /** The files of the draft so far: bytes by name, or null if unknown. */
  const coming = new Map<string, number | null>();
  const spellings = new Map<string, string>();
  let paths = 0;
  const stranger = context.unauthenticated.open();
  let worker: UploadWorker | null = null;
  let taken = 0;
  let granted = request.contentLength ?? 0;
  /** Size of the smallest file so far, in bytes. */
  let smallest = Number.POSITIVE_INFINITY;
  /** See draftBefore. */
  let before: DraftBefore | null = null;

  /**
   * Hands staged files with certain names to the worker, including those that came before the
   * caller was known.
   */
  async function giveCertain(): Promise<void> {
    if (worker === null || mayBecomeTooMany(worker)) return;
    for (const { file, name, size, position } of waiting.splice(0)) {
      await worker.addReceived(file, name, { size, position }, checkLink);
    }
  }

  /**
   * Whether the rest of the body could contain more small files than the draft accepts, if all are
   * as small as the smallest so far. Then none is sent yet, so that a refused form leaves nothing
   * on the draft.
   */
  function mayBecomeTooMany({ draft }: UploadWorker): boolean {
    if (announcements.areComplete()) return false;
    if (request.contentLength === null) return smallest < SMALL;
    const more = (request.contentLength - taken) / (smallest + PART_OVERHEAD);
    return draft.files.length + received.length + more > limits.depositionFiles;
  }

  /** Throws for too many or too large files as early as possible. */
  async function checkSoFar(): Promise<void> {
    const files = [...coming].map(([name, size]) => ({ name, size }));
    if (worker === null) checkQuota([], files, limits);
    else await checkComing(context, worker, files);
  }

  /** Uploads of one link may come at once. */
  async function checkLink(): Promise<void> {
    if (worker !== null && isLimited(worker.caller)) await checkSoFar();
  }

  /**
   * What of the draft matters for these paths, with the folders whose zips are on their way to it.
   * Looked up once, because announcements were checked against it.
   */
  async function draftBefore(sent: readonly string[]): Promise<DraftBefore> {
    before ??= {
      folders: worker === null || commonDirectory(sent) === '' ? [] : await zipsOn(worker),
      most: limits.depositionFiles,
    };
    return before;
  }

  /** Callers who are not known yet share one turn. */
  function planWhole(files: readonly FileToSend[], options: PlanOptions, waitsAlways = false) {
    return context.planWhole({ owner: worker?.caller.owner ?? '', waitsAlways }, files, options);
  }

  async function zipsOn({ draft }: UploadWorker): Promise<string[]> {
    const there = new Set(draft.files.map(({ filename }) => filename));
    const zips = await sentFiles.folderZips(draft.depositionId);
    const known = zips.filter(({ name, coming }) => coming || there.has(name));
    return known.map(({ name }) => name.slice(0, -'.zip'.length));
  }

  /** Called with each chunk of a file. Throws as soon as receiving more is pointless. */
  function meter(path: string): (bytes: number) => void {
    let size = 0;
    return (bytes) => {
      size += bytes;
      taken += bytes;
      context.metrics.received.inc(bytes);
      worker?.check();
      worker?.expect(granted - taken);
      if (worker === null && taken > request.maxUnauthenticated) throw tokenTooLate();
      checkFileSize(path, size, limits);
      if (taken > limits.uploadBytes) throw bodyTooLarge(limits.uploadBytes);
    };
  }

  /**
   * Called before bytes are written: a caller who does not announce sizes must not use space that
   * is reserved for others.
   */
  async function reserveMore(): Promise<void> {
    await reservations.check();
    if (worker === null || taken <= granted) return;
    await reservations.reserve(worker.caller.owner, STEP, (tx) =>
      uploadRepository.reserve(uploadId, STEP, tx),
    );
    granted = taken + STEP;
    worker.expect(STEP);
  }

  return {
    get worker() {
      return worker;
    },

    /**
     * Counts bytes of the body until the caller is known. Returns the problem to refuse the request
     * with, or null.
     */
    arrive: (bytes: number): Problem | null => stranger.add(bytes),

    /**
     * The caller is known: reads the draft and begins the upload. Throws if the caller cannot bring
     * files there.
     */
    async authorize(caller: Caller): Promise<void> {
      const { contentLength, depositionId, requestId } = request;
      checkBodySize(contentLength, limits);
      const draft = await readDraftWithRetries(context, caller, depositionId);
      const begun = {
        id: uploadId,
        ...newUpload(caller, draft, { volume: staging.volume, requestId }),
        reserved: contentLength ?? 0,
        seconds: LIFETIMES.upload,
      };
      const { containerId } = await reservations.reserve(caller.owner, begun.reserved, (tx) =>
        uploadRepository.begin(begun, tx),
      );
      noteSubject({ upload_id: uploadId, container_id: containerId });
      context.log.info({ upload_id: uploadId, bytes: contentLength ?? undefined }, 'an upload begins');
      worker = startWorker(context, { id: uploadId, caller, draft });
      stranger.close();
      worker.expect(begun.reserved - taken);
      await checkSoFar();
      await giveCertain();
    },

    /** Takes announcements. If all sizes are known, each file is sent while it arrives. */
    async announce(files: ReadonlyMap<string, Announced>, archive: ArchiveMode): Promise<void> {
      const sized = [...files].flatMap(([path, { size }]) => (size === undefined ? [] : [path]));
      const draft = sized.length === 0 ? undefined : await draftBefore(sized);
      await announcements.announce(files, archive, draft);
      for (const { name, size } of announcements.coming()) coming.set(name, size);
      await checkSoFar();
    },

    /** Receives one file. Throws what is wrong with it. */
    async take(path: string, source: AsyncIterable<Uint8Array>): Promise<void> {
      const twin = spellings.get(nameKey(path));
      if (twin !== undefined) throw duplicate(path, twin);
      paths += lengthOfPaths([path]);
      checkPaths(paths);
      spellings.set(nameKey(path), path);
      announcements.refuseUnannounced(path);
      const { size, md5 } = announcements.of(path);
      const name = announcements.nameOf(path);
      if (name !== null && !coming.has(name)) {
        coming.set(name, null);
        await checkSoFar();
      }
      await staging.create(uploadId);
      const id = randomUUID();
      const staged = createStagedFile(staging.pathOf(uploadId, id), path);
      const file: ReceivedFile = { id, path, staged, name: null };
      const position = received.push(file) - 1;
      if (worker !== null && size !== undefined && name !== null) {
        await worker.addReceived(file, name, { size, md5, position }, checkLink);
      }
      const sealed = await file.staged.fill(source, {
        size,
        md5,
        check: meter(path),
        beforeWrite: reserveMore,
      });
      smallest = Math.min(smallest, sealed.size);
      if (file.name !== null) return fileRepository.sealFile(id, sealed);
      if (name === null) return;
      refuseEmpty(path, sealed.size);
      coming.set(name, sealed.size);
      await checkSoFar();
      waiting.push({ file, name, size: sealed.size, position });
      await giveCertain();
    },

    /**
     * All bytes have arrived. The upload continues by itself. Throws what is wrong with the upload
     * as a whole.
     */
    async complete(options: UploadOptions, notices: readonly Notice[]): Promise<UploadWorker> {
      if (worker === null) throw noToken();
      const begun = worker;
      if (received.length === 0) throw noFiles();
      announcements.refuseMissing(new Set(received.map(({ path }) => path)));
      const came = received.map(({ path, staged }) => ({ path, size: staged.sealed?.size ?? 0 }));
      const draft = await draftBefore(came.map(({ path }) => path));
      const plan = await planWhole(came, { archive: options.archive, draft }, true);
      await completeIntake(context, begun, { received, plan, options, notices });
      return begun;
    },

    /** Stops receiving, removes everything, and returns the error to throw. */
    async refuse(error: unknown): Promise<unknown> {
      const reason =
        error instanceof Problem ? error : problem('incomplete_body', 'The upload was interrupted.');
      try {
        await worker?.stop('refused', reason);
        const safe = worker === null ? [] : await fileRepository.safeFiles(uploadId);
        const { code, detail } = reason;
        // What has come to the draft with a link counts against its limits.
        const isKept = worker !== null && safe.length > 0 && isLimited(worker.caller);
        if (isKept) await uploadRepository.end(uploadId, { state: 'failed', error: { code, detail } });
        else if (await uploadRepository.forget(uploadId))
          context.log.info({ upload_id: uploadId, code }, 'an upload was refused');
        await staging.remove(uploadId);
        const members = { safe_files: safe, ...(isKept ? { upload_id: uploadId } : {}) };
        return error instanceof Problem && safe.length > 0 ? extend(error, members) : error;
      } finally {
        stranger.close();
      }
    },
  };
}
