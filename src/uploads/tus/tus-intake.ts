import { rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { Caller } from '../../connections/caller.js';
import type { TusFile } from '../../database/generated/client.js';
import { problem, serviceEnds } from '../../errors.js';
import type { UploadsContext } from '../context.js';
import { noFiles } from '../intake/upload-request.js';
import type { UploadOptions } from '../model.js';
import { fileFault, quoted } from '../plan/file-names.js';
import type { Created, TusFileOf } from '../rows/tus-repository.js';
import { uploadFault } from '../rows/tus-repository.js';
import type { UploadWithFiles } from '../rows/upload-reads.js';
import { type Creation, createTusFile } from './create.js';
import type { DraftReads } from './draft-reads.js';
import { beyondLength, bytesElsewhere, mayReach, noSuchFile, wrongOffset } from './faults.js';
import type { LiveFiles } from './live-files.js';
import type { Chunk } from './take-chunk.js';

/** Whose file of which deposition is meant. */
export interface TusFileRef {
  id: string;
  depositionId: number;
  caller: Caller;
}

/** Files that an error names at most. */
const MOST_NAMED = 100;

/** Seconds after which an upload is completed again whose files are still being sealed. */
const SEAL_AGAIN = 3;

type CompletionOptions = Omit<UploadOptions, 'archive'>;

/** What the rest of the room does for files that come by tus. */
interface Surroundings {
  queue: { nudge(): void };
  /** Ends an upload wherever it runs. */
  cancel(uploadId: string): Promise<boolean>;
  isDraining(): boolean;
}

/**
 * Files that come by the tus protocol: each is announced, comes in any number of requests, and is
 * sent to Zenodo while it comes.
 */
export function createTusIntake(
  context: UploadsContext,
  drafts: DraftReads,
  live: LiveFiles,
  { queue, cancel, isDraining }: Surroundings,
) {
  const { uploadReads, tusRepository, staging, metrics } = context;

  /**
   * Throws upload_not_found, also for somebody else's; service_unavailable if its bytes lie where
   * this process cannot see them.
   */
  const find = async ({ id, depositionId, caller }: TusFileRef): Promise<TusFileOf> => {
    const file = await tusRepository.find(id);
    if (file === null || !mayReach(file.upload, caller, depositionId)) throw noSuchFile();
    if (file.md5 === null && file.upload.volume !== staging.volume) throw bytesElsewhere();
    return file;
  };

  /** Whether an upload goes on by itself, or is over: from now on, or already. */
  const goesOn = async (upload: UploadWithFiles, options: CompletionOptions): Promise<boolean> => {
    const archive = upload.archive === 'never' ? 'never' : 'zip';
    if (await tusRepository.complete(upload.id, { ...options, archive })) {
      queue.nudge();
      return true;
    }
    const now = await uploadReads.findProgress(upload.id);
    return now?.state !== 'receiving' || now.cancelRequested;
  };

  /** Those files whose bytes are all here, where this process can see them. */
  const wholeOf = async ({ volume }: UploadWithFiles, files: TusFile[]): Promise<TusFile[]> => {
    if (volume !== staging.volume) return [];
    const offsets = await Promise.all(files.map((file) => live.offset(file)));
    return files.filter(({ size }, index) => offsets[index] === Number(size));
  };

  return {
    /** Announces a file. Throws what stands against it. */
    async create(creation: Creation): Promise<Created> {
      if (isDraining()) throw serviceEnds();
      const created = await createTusFile(context, drafts, live, creation);
      metrics.tusFiles.inc({ event: 'taken' });
      if (creation.size === 0) await live.sealEmpty(created.file);
      return created;
    },

    /** Takes the chunk that came with the announcement; answers how many bytes are here now. */
    begin(created: Created, caller: Caller, chunk: Chunk, raw: IncomingMessage): Promise<number> {
      return live.patch(created.file, caller, { chunk, raw, fresh: created });
    },

    /** How many bytes of a file are here. Throws upload_gone and others if no more may come. */
    async offset(ref: TusFileRef): Promise<{ file: TusFileOf; offset: number }> {
      const file = await find(ref);
      const fault = uploadFault(file.upload);
      // A finished file is told of for as long as its row is there.
      if (fault !== null && (file.md5 === null || fault.code !== 'upload_complete')) throw fault;
      return { file, offset: await live.offset(file) };
    },

    /** Takes one chunk; answers how many bytes are here now. */
    async patch(
      ref: TusFileRef,
      chunk: Chunk,
      raw: IncomingMessage,
    ): Promise<{ file: TusFileOf; offset: number }> {
      if (isDraining()) throw serviceEnds();
      const file = await find(ref);
      const size = Number(file.size);
      const fault = uploadFault(file.upload);
      if (fault !== null && (file.md5 === null || fault.code !== 'upload_complete')) throw fault;
      if (file.md5 === null) return { file, offset: await live.patch(file, ref.caller, { chunk, raw }) };
      if (chunk.offset !== size) throw wrongOffset(file.path, chunk.offset, size);
      if (chunk.length !== 0) throw beyondLength(file.path, size);
      return { file, offset: size };
    },

    /** Removes a file from its upload, with its bytes. What is on Zenodo stays there. */
    async remove(ref: TusFileRef): Promise<void> {
      const file = await find(ref);
      const fault = uploadFault(file.upload);
      if (fault !== null) throw fault;
      if (file.upload.single) await cancel(file.uploadId);
      await live.drop(file.id, noSuchFile());
      await tusRepository.withdraw(file);
      metrics.tusFiles.inc({ event: 'removed' });
      await rm(staging.pathOf(file.uploadId, file.id), { force: true });
    },

    /**
     * No more files will come. The upload goes on by itself; one that does already stays as it is.
     * Throws upload_unfinished if some bytes are still to come, no_files.
     */
    async complete(upload: UploadWithFiles, options: CompletionOptions): Promise<void> {
      if (!upload.resumable || upload.single) {
        throw problem('upload_not_found', 'There is no tus upload with this upload_id. Check the upload_id.');
      }
      if (await goesOn(upload, options)) return;
      // A file over which a process died, or that takes long to hash, only waits to be sealed.
      const whole = await wholeOf(upload, await tusRepository.unfinished(upload.id, MOST_NAMED));
      await live.sealWhole(whole.map(({ id }) => id));
      if (await goesOn(upload, options)) return;
      const missing = await tusRepository.unfinished(upload.id, MOST_NAMED);
      if (missing.length === 0) {
        if ((await tusRepository.count(upload.id)) === 0) throw noFiles();
        // The last bytes came at this moment.
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
