import { rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { type Caller, isLimited } from '../../connections/caller.js';
import type { TusFile } from '../../database/generated/client.js';
import { problem, ServiceEnds } from '../../errors.js';
import type { UploadsContext } from '../context.js';
import { noFiles } from '../intake/upload-request.js';
import { isAtZenodo, type UploadOptions } from '../model.js';
import { fileFault, quoted } from '../plan/file-names.js';
import { type Created, cancelled, type TusFileOf, uploadFault } from '../rows/tus-repository.js';
import type { UploadWithFiles } from '../rows/upload-reads.js';
import { type Creation, createTusFile } from './creation.js';
import type { DraftReads } from './draft-reads.js';
import { beyondLength, bytesElsewhere, countsForLink, mayReach, noSuchFile, wrongOffset } from './faults.js';
import type { LiveFiles } from './live-files.js';
import type { Chunk } from './take-chunk.js';

/** Identifies a file, for a caller and a deposition. */
export interface TusFileRef {
  id: string;
  depositionId: number;
  caller: Caller;
}

/** Files named in one error. */
const MAX_NAMED = 100;

/**
 * Seconds after which a client should complete an upload again if its files are still being sealed.
 */
const SEAL_AGAIN = 3;

type CompletionOptions = Omit<UploadOptions, 'archive'>;

/** What tus needs from the other uploads. */
interface Surroundings {
  queue: { nudge(): void };
  /** Cancels an upload in any process. */
  cancel(uploadId: string): Promise<boolean>;
  isDraining(): boolean;
}

/**
 * Files sent by the tus protocol: each is announced, arrives in any number of requests, and is sent
 * to Zenodo while it arrives.
 */
export function createTusIntake(
  context: UploadsContext,
  drafts: DraftReads,
  live: LiveFiles,
  { queue, cancel, isDraining }: Surroundings,
) {
  const { uploadReads, tusRepository, staging, metrics } = context;

  /**
   * Throws upload_not_found, also for another user's file, and service_unavailable if its bytes are
   * on another machine.
   */
  const find = async ({ id, depositionId, caller }: TusFileRef): Promise<TusFileOf> => {
    const file = await tusRepository.find(id);
    if (file === null || !mayReach(file.upload, caller, depositionId)) throw noSuchFile();
    if (file.md5 === null && file.upload.volume !== staging.volume) throw bytesElsewhere();
    return file;
  };

  /** Completes an upload. True if it continues by itself, or has ended. */
  const goesOn = async (upload: UploadWithFiles, options: CompletionOptions): Promise<boolean> => {
    const archive = upload.archive === 'never' ? 'never' : 'zip';
    if (await tusRepository.complete(upload.id, { ...options, archive })) {
      queue.nudge();
      return true;
    }
    const now = await uploadReads.findProgress(upload.id);
    return now?.state !== 'receiving' || now.cancelRequested;
  };

  const hasArrived = async (id: string): Promise<boolean> => {
    const row = await context.fileRepository.fileById(id);
    return row !== null && isAtZenodo(row.state);
  };

  /** Files that are complete on this process's volume. */
  const wholeOf = async ({ volume }: UploadWithFiles, files: TusFile[]): Promise<TusFile[]> => {
    if (volume !== staging.volume) return [];
    const offsets = await Promise.all(files.map((file) => live.offset(file)));
    return files.filter(({ size }, index) => offsets[index] === Number(size));
  };

  return {
    /** Announces a file. Throws a Problem. */
    async create(creation: Creation): Promise<Created> {
      if (isDraining()) throw new ServiceEnds();
      const created = await createTusFile(context, drafts, live, creation);
      metrics.tusFiles.inc({ event: 'taken' });
      if (creation.size === 0) await live.sealEmpty(created.file);
      return created;
    },

    /** Receives the chunk of an announcement. Returns how many bytes are here. */
    begin(created: Created, caller: Caller, chunk: Chunk, raw: IncomingMessage): Promise<number> {
      return live.patch(created.file, caller, { chunk, raw, fresh: created });
    },

    /** How many bytes of a file are here. Throws upload_gone and others if it accepts no more. */
    async offset(ref: TusFileRef): Promise<{ file: TusFileOf; offset: number }> {
      const file = await find(ref);
      const fault = uploadFault(file.upload);
      // A complete file is reported as long as its row exists.
      if (fault !== null && (file.md5 === null || fault.code !== 'upload_complete')) throw fault;
      return { file, offset: await live.offset(file) };
    },

    /** Receives one chunk. Returns how many bytes are here. */
    async patch(
      ref: TusFileRef,
      chunk: Chunk,
      raw: IncomingMessage,
    ): Promise<{ file: TusFileOf; offset: number }> {
      if (isDraining()) throw new ServiceEnds();
      const file = await find(ref);
      const size = Number(file.size);
      const fault = uploadFault(file.upload);
      if (fault !== null && (file.md5 === null || fault.code !== 'upload_complete')) throw fault;
      if (file.md5 === null) return { file, offset: await live.patch(file, ref.caller, { chunk, raw }) };
      if (chunk.offset !== size) throw wrongOffset(file.path, chunk.offset, size);
      if (chunk.length !== 0) throw beyondLength(file.path, size);
      return { file, offset: size };
    },

    /**
     * Removes a file and its bytes from its upload. What is at Zenodo stays there. Throws
     * upload_complete if it then counts against the limits of a link.
     */
    async remove(ref: TusFileRef): Promise<void> {
      const file = await find(ref);
      const fault = uploadFault(file.upload);
      if (fault !== null) throw fault;
      const { single } = file.upload;
      await live.drop(file.id, single ? cancelled() : noSuchFile());
      if (isLimited(ref.caller) && (await hasArrived(file.id))) throw countsForLink(file.path);
      if (single) await cancel(file.uploadId);
      await tusRepository.withdraw(file);
      metrics.tusFiles.inc({ event: 'removed' });
      await rm(staging.pathOf(file.uploadId, file.id), { force: true });
    },

    /**
     * Completes an upload, which then continues by itself. Repeating changes nothing. Throws
     * upload_unfinished if bytes are missing, or no_files.
     */
    async complete(upload: UploadWithFiles, options: CompletionOptions): Promise<void> {
      if (!upload.resumable || upload.single) {
        throw problem('upload_not_found', 'There is no tus upload with this upload_id. Check the upload_id.');
      }
      if (await goesOn(upload, options)) return;
      // A file whose process died, or that takes long to hash, only has to be sealed.
      const whole = await wholeOf(upload, await tusRepository.incompleteFiles(upload.id, MAX_NAMED));
      await live.sealWhole(whole.map(({ id }) => id));
      if (await goesOn(upload, options)) return;
      const missing = await tusRepository.incompleteFiles(upload.id, MAX_NAMED);
      if (missing.length === 0) {
        if ((await tusRepository.count(upload.id)) === 0) throw noFiles();
        // The last bytes have arrived meanwhile.
        return this.complete(upload, options);
      }
      const names = quoted(missing.map(({ path }) => path).join(', '));
      if ((await wholeOf(upload, missing)).length === missing.length) {
        throw problem(
          'upload_unfinished',
          `All bytes of ${names} have arrived, but they are still being checked. Repeat the call.`,
          {
            errors: missing.map(({ path }) => fileFault(path, 'is still being checked')),
            retry_after: SEAL_AGAIN,
          },
        );
      }
      throw problem(
        'upload_unfinished',
        `Not all bytes of ${names} have arrived. Send the rest, or remove these files with DELETE, then repeat the call.`,
        { errors: missing.map(({ path }) => fileFault(path, 'has bytes that have not arrived')) },
      );
    },
  };
}
