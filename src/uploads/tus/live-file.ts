import { stat, truncate } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { Problem } from '../../errors.js';
import type { OutgoingFile } from '../outgoing-file.js';
import { FILE_LEASE, type TusFileOf } from '../rows/tus-repository.js';
import { createStagedFile, type StagedFile } from '../staging/staged-file.js';

/**
 * For how long before a lease runs out nothing is written under it any more, in milliseconds: a
 * write takes time.
 */
const MARGIN = 2000;

/**
 * After so many milliseconds without a byte a request counts as dead if another one comes for the
 * same file.
 */
const SILENT = 3000;

/** A request that sends bytes of a file. */
interface Patch {
  /** Ends it, as soon as it looks for more bytes. */
  end(fault: Problem): void;
  over: Promise<void>;
}

/** A file of which this process has the lease. */
export interface LiveFile {
  id: string;
  uploadId: string;
  depositionId: number;
  /** When the deposition was made that was meant: a Zenodo that began anew gives numbers again. */
  depositionCreatedAt: Date | null;
  single: boolean;
  size: number;
  announcedMd5: string | undefined;
  /** Names the lease. */
  token: string;
  /** When it runs out for sure, on this process's own clock. */
  safeUntil: number;
  staged: StagedFile;
  /** Where the unverified chunk begins, as the row says. */
  unverifiedFrom: number | null;
  /** What is sent to Zenodo; null if its name is not certain before all files are here. */
  outgoing: OutgoingFile | null;
  /** Ends the sending. */
  control: AbortController;
  delivery: Promise<void>;
  delivering: boolean;
  patch: Patch | null;
  /**
   * The last request broke off, or what is here came to another process: the next bytes resume it.
   */
  brokenOff: boolean;
  /** When bytes came last, on this process's own clock. */
  lastByteAt: number;
  sealing: Promise<void> | null;
  /** Its rows say that all of it is here. */
  sealSaid: boolean;
  /** The lease was given back with the seal. */
  released: boolean;
  closing: Promise<void> | null;
  /** Why it takes no more bytes. */
  fault: Problem | null;
  /** What came is not what was announced: it must come again from the first byte. */
  discard: boolean;
}

/**
 * A file as its row and the volume have it; `name`: on Zenodo, if it is certain. Bytes whose sum
 * was not looked at are taken off.
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
    depositionCreatedAt: upload.depositionCreatedAt,
    single: upload.single,
    size,
    announcedMd5,
    token,
    safeUntil: performance.now() + leaseTime(),
    staged,
    unverifiedFrom: file.unverifiedFrom === null ? null : Number(file.unverifiedFrom),
    outgoing: name === null ? null : { id, name, size, staged, announcedMd5, attempts: 0, sent: 0 },
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

/** No request brings bytes of it, or none that lives. */
export function isSilent(one: LiveFile): boolean {
  return one.patch === null || performance.now() - one.lastByteAt > SILENT;
}

/** For how long after it was asked for a lease is safe, in milliseconds. */
export function leaseTime(): number {
  return FILE_LEASE * 1000 - MARGIN;
}

/** The request as one that can be ended: what reads its body meets the fault. */
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
