import type { FastifyBaseLogger } from 'fastify';
import { every } from '../time.js';
import type { FileProgress } from './model.js';
import type { OutgoingFile } from './outgoing-file.js';
import type { FileRepository } from './rows/file-repository.js';

/**
 * How often progress is written down, in milliseconds, and how much of a new rate counts against
 * the old one.
 */
const INTERVAL = 1000;
const SMOOTHING = 0.4;

/**
 * After so many milliseconds without a byte the rate is none. A smoothed one would take half a
 * minute to get there, and promise an end all the while.
 */
const STANDS_STILL = 5000;

/**
 * What this machine may still hold of a body that was handed to its kernel, in bytes: the most that
 * Linux's `tcp_wmem` lets it keep.
 */
const ON_ITS_WAY = 4 * 1024 * 1024;

/**
 * Writes down how far files are, at most once a second and only what changed. Returns what stops
 * it; then nothing is written any more.
 */
export function keepProgress(
  fileRepository: FileRepository,
  subject: string,
  files: readonly OutgoingFile[],
  log: FastifyBaseLogger,
): () => Promise<void> {
  const known = new Map<string, Measured>();
  let measuredAt = performance.now();

  const write = async () => {
    const seconds = (performance.now() - measuredAt) / 1000;
    measuredAt = performance.now();
    const ids = new Set(files.map(({ id }) => id));
    for (const id of known.keys()) if (!ids.has(id)) known.delete(id);
    const news = files
      .map((file) => measure(file, known.get(file.id), seconds))
      .filter((now) => differs(now, known.get(now.id)));
    if (news.length === 0) return;
    for (const now of news) known.set(now.id, now);
    await fileRepository.progress(news);
  };

  const writes = every(log, INTERVAL, `saving the progress of ${subject}`, write);
  return () => writes.stop();
}

interface Measured extends FileProgress {
  handed: number;
  /** Since when no byte has been handed on; milliseconds of `performance.now()`. */
  still: number;
}

/**
 * A file of a few megabytes may lie in the socket's buffer as a whole: how much of it Zenodo has
 * got is known when it answers.
 */
function measure(file: OutgoingFile, before: Measured | undefined, seconds: number): Measured {
  const { id, sent: handed, attempts, staged } = file;
  const delta = Math.max(0, handed - (before?.handed ?? 0)) / seconds;
  const still = delta > 0 || before === undefined ? performance.now() : before.still;
  const smoothed = Math.round((before?.rate ?? delta) * (1 - SMOOTHING) + delta * SMOOTHING);
  const rate = performance.now() - still < STANDS_STILL ? smoothed : 0;
  const sent = Math.max(0, handed - ON_ITS_WAY);
  return { id, received: staged.written, sent, handed, attempts, rate, still };
}

function differs(now: Measured, before: Measured | undefined): boolean {
  return (
    now.received !== before?.received ||
    now.sent !== before.sent ||
    now.rate !== before.rate ||
    now.attempts !== before.attempts
  );
}
