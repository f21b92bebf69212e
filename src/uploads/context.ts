import type { FastifyBaseLogger } from 'fastify';
import type { UploadLimits } from '../config.js';
import type { Caller } from '../connections/caller.js';
import type { CallLimits, ZenodoInName } from '../connections/zenodo-for-caller.js';
import type { Upload } from '../database/generated/client.js';
import type { ReadJoin } from '../joined-reads.js';
import type { Metrics } from '../metrics.js';
import type { Tick } from '../periodic.js';
import type { Semaphore, Turn } from '../semaphore.js';
import type { ZenodoClient } from '../zenodo/client.js';
import type { Leases } from './leases.js';
import type { ManifestGuard } from './manifests.js';
import type { DraftFiles, StagedPart } from './model.js';
import type { FileToSend, PlanOptions, SizedFile } from './plan/plan.js';
import type { FileRepository } from './rows/file-repository.js';
import type { OverdueUploads } from './rows/overdue-uploads.js';
import type { SentFiles } from './rows/sent-files.js';
import type { StagingVolumes } from './rows/staging-volumes.js';
import type { TusLeases } from './rows/tus-leases.js';
import type { TusRepository } from './rows/tus-repository.js';
import type { UploadQueue } from './rows/upload-queue.js';
import type { UploadReads } from './rows/upload-reads.js';
import type { UploadRepository } from './rows/upload-repository.js';
import type { Reservations } from './staging/reservations.js';
import type { Staging } from './staging/staging.js';
import type { TransferTimings } from './timings.js';
import type { UnauthenticatedBytes } from './unauthenticated-bytes.js';
import type { WaitingFiles } from './waiting-files.js';

/** What the code of uploads shares. */
export interface UploadsContext {
  uploadRepository: UploadRepository;
  uploadReads: UploadReads;
  fileRepository: FileRepository;
  sentFiles: SentFiles;
  waitingFiles: WaitingFiles;
  tusRepository: TusRepository;
  tusLeases: TusLeases;
  uploadQueue: UploadQueue;
  overdueUploads: OverdueUploads;
  stagingVolumes: StagingVolumes;
  staging: Staging;
  zenodo: ZenodoClient;
  /** Zenodo in a caller's name. */
  zenodoFor(caller: Caller, limits?: CallLimits): ZenodoInName;
  /** Reads of drafts whose files are on their way: shared by all uploads to a draft. */
  joinDraftReads: ReadJoin<DraftFiles>;
  /** The same for the files of one upload, by the draft as it knows it. They come more slowly. */
  spaceDraftReads: ReadJoin<DraftFiles, DraftFiles>;
  semaphore: Semaphore;
  /** How many files of drafts that have not changed use the database at once. */
  settling: Semaphore;
  timings: TransferTimings;
  /** Milliseconds of silence before an event stream sends a comment. */
  streamSilence: number;
  log: FastifyBaseLogger;
  metrics: Pick<Metrics, 'received' | 'sent' | 'attempts' | 'retries' | 'tusFiles'>;
  /** Encrypts a personal token for the row of an upload, for background work. */
  encryptToken(uploadId: string, token: string): Uint8Array<ArrayBuffer>;
  manifests: ManifestGuard;
  /**
   * The caller for background work on an upload. Throws reauthorization_required or invalid_token
   * if there is none.
   */
  callerOf(upload: Pick<Upload, 'id' | 'connectionId' | 'personalToken'>): Promise<Caller>;
  /**
   * Plan uploads and merge folders in a thread, in the turn of their owner, so that many files do
   * not block others.
   */
  planWhole(turn: Turn, files: readonly FileToSend[], options: PlanOptions): Promise<SizedFile[]>;
  mergeStaged(
    owner: string,
    fresh: readonly StagedPart[],
    earlier: readonly StagedPart[],
  ): Promise<{ kept: StagedPart[]; merged: StagedPart[] }>;
  leases: Leases;
  /** The timer of all periodic work on uploads. It beats once per second. */
  tick: Tick;
  reservations: Reservations;
  limits: UploadLimits;
  unauthenticated: UnauthenticatedBytes;
}
