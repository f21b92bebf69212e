import { stat, truncate } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { Problem } from '../../errors.js';
import { type Subject, subjectOfRow } from '../../log-subject.js';
import type { OutgoingFile } from '../outgoing-file.js';
import { FILE_LEASE } from '../rows/tus-leases.js';
import type { TusFileOf } from '../rows/tus-repository.js';
import { createStagedFile, type StagedFile } from '../staging/staged-file.js';

/** Milliseconds before the expiry of a lease in which nothing is written: a write takes time. */
const MARGIN = 2000;

/**
 * After this many milliseconds without a byte, a request counts as dead if another one comes for
 * the same file.
 */
const SILENT = 3000;

/** A request that sends bytes of a file. */
interface Patch {
  /** Ends it the next time it waits for bytes. */
  end(fault: Problem): void;
  over: Promise<void>;
}

/** A file whose lease this process holds. */
export interface LiveFile {
  id: string;
  uploadId: string;
  depositionId: number;
  /** What log lines about it name, whichever request they come from. */
  subject: Subject;
  /** When the intended deposition was created: after a reset, Zenodo assigns its id again. */
  depositionCreatedAt: Date | null;
  single: boolean;
  size: number;
  announcedMd5: string | undefined;
  /** Identifies the lease. */
  token: string;
  /** When it expires at the latest, by `performance.now()`. */
  safeUntil: number;
  staged: StagedFile;
  /** Where the unverified chunk begins, as in the row. */
  unverifiedFrom: number | null;
  /** What is sent to Zenodo. Null if its name is only certain when all files have arrived. */
  outgoing: OutgoingFile | null;
  /** Ends the transfer to Zenodo. */
  control: AbortController;
  delivery: Promise<void>;
  delivering: boolean;
  patch: Patch | null;
  /** The last request broke off, or another process received the bytes: the next ones resume it. */
  brokenOff: boolean;
  /** When the last byte arrived, by `performance.now()`. */
  lastByteAt: number;
  sealing: Promise<void> | null;
  /** Its rows say that it is complete. */
  sealSaid: boolean;
  /** The lease was released together with the seal. */
  released: boolean;
  closing: Promise<void> | null;
  /** Why it accepts no more bytes. */
  fault: Problem | null;
  /** What arrived is not what was announced: all of it must be sent again. */
  discard: boolean;
}

/**
 * Opens a file from its row and the volume. Unverified bytes are cut off. `name`: at Zenodo, if it
 * is certain.
 */
export async function liveFile(
  file: TusFileOf,
  path: string,
  token: string,
  name: string | null,
): Promise<LiveFile> {
  const { id, upload } = file;
  const size = Number(file.size);
  const written = await bytesThere(path, file.unverifiedFrom);
  if (file.unverifiedFrom !== null && written > 0) await truncate(path, written);
  const sealed = file.md5 === null ? null : { size, md5: file.md5 };
  const staged = createStagedFile(path, file.path, sealed, written);
  const announcedMd5 = file.announcedMd5 ?? undefined;
  return {
    id,
    uploadId: upload.id,
    depositionId: Number(upload.depositionId),
    subject: subjectOfRow({ ...upload, uploadId: upload.id }),
    depositionCreatedAt: upload.depositionCreatedAt,
    single: upload.single,
    size,
    announcedMd5,
    token,
    safeUntil: performance.now() + leaseTime(),
    staged,
    unverifiedFrom: file.unverifiedFrom === null ? null : Number(file.unverifiedFrom),
    outgoing: name === null ? null : { id, token, name, size, staged, announcedMd5, attempts: 0, sent: 0 },
    control: new AbortController(),
    delivery: Promise.resolve(),
    delivering: false,
    patch: null,
    brokenOff: written > 0,
    lastByteAt: performance.now(),
    sealing: null,
    sealSaid: sealed !== null,
    released: false,
    closing: null,
    fault: null,
    discard: false,
  };
}

/** Bytes of a file that count. */
export async function bytesThere(path: string, unverifiedFrom: bigint | null): Promise<number> {
  const size = await stat(path).then(
    (found) => found.size,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return 0;
      throw error;
    },
  );
  return unverifiedFrom === null ? size : Math.min(size, Number(unverifiedFrom));
}

/** Whether no live request sends bytes of it. */
export function isSilent(one: LiveFile): boolean {
  return one.patch === null || performance.now() - one.lastByteAt > SILENT;
}

/** How long a lease is safe after it was requested, in milliseconds. */
export function leaseTime(): number {
  return FILE_LEASE * 1000 - MARGIN;
}

/** Makes a request endable: the reader of its body gets the fault. */
export function patchOf(raw: IncomingMessage): Patch & { done(): void } {
  let done: () => void = () => undefined;
  const over = new Promise<void>((resolve) => {
    done = resolve;
  });
  const end = (fault: Problem) => {
    if (raw.listenerCount('error') > 0) raw.emit('error', fault);
  };
  return { end, over, done: () => done() };
}
