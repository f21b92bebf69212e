import type { FastifyBaseLogger } from 'fastify';
import { every } from '../periodic.js';
import type { FileProgress } from './model.js';
import type { OutgoingFile } from './outgoing-file.js';
import type { FileRepository } from './rows/file-repository.js';
import { measureSpeed } from './speed.js';

/** Milliseconds between two writes. */
const INTERVAL = 1000;

/** Bytes of a body that this machine's kernel may still hold: the maximum of Linux's `tcp_wmem`. */
const ON_ITS_WAY = 4 * 1024 * 1024;

/**
 * Writes the progress of files to the database, at most once a second and only changes. Returns a
 * function that stops this.
 */
export function keepProgress(
  fileRepository: FileRepository,
  subject: string,
  files: readonly OutgoingFile[],
  log: FastifyBaseLogger,
): () => Promise<void> {
  const known = new Map<string, FileProgress>();
  const speeds = new WeakMap<OutgoingFile, ReturnType<typeof measureSpeed>>();

  const speedOf = (file: OutgoingFile) => {
    const speed = speeds.get(file) ?? measureSpeed(ON_ITS_WAY);
    speeds.set(file, speed);
    return speed(file.sent, performance.now());
  };

  const write = async () => {
    const ids = new Set(files.map(({ id }) => id));
    for (const id of known.keys()) if (!ids.has(id)) known.delete(id);
    const news = files
      .map((file) => measure(file, speedOf(file)))
      .filter((now) => differs(now, known.get(now.id)));
    if (news.length === 0) return;
    for (const now of news) known.set(now.id, now);
    await fileRepository.progress(news);
  };

  const writes = every(log, INTERVAL, `saving the progress of ${subject}`, write);
  return () => writes.stop();
}

/**
 * A file of a few megabytes fits into the socket's buffer: how much of it Zenodo has is only known
 * from its answer.
 */
function measure({ id, sent: handed, attempts, staged }: OutgoingFile, rate: number): FileProgress {
  return { id, received: staged.written, sent: Math.max(0, handed - ON_ITS_WAY), attempts, rate };
}

function differs(now: FileProgress, before: FileProgress | undefined): boolean {
  return (
    now.received !== before?.received ||
    now.sent !== before.sent ||
    now.rate !== before.rate ||
    now.attempts !== before.attempts
  );
}
