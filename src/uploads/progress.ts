import type { FastifyBaseLogger } from 'fastify';
import { every } from '../time.js';
import type { FileProgress } from './model.js';
import type { Outgoing } from './transfer/outgoing.js';
import type { UploadRows } from './upload-rows.js';

/** How often progress is written down, in milliseconds, and how much of a new rate counts against the old one. */
const INTERVAL = 1000;
const SMOOTHING = 0.4;

/** Writes down how far files are, at most once a second and only what changed. Returns what stops it. */
export function keepProgress(
  rows: UploadRows,
  subject: string,
  files: readonly Outgoing[],
  log: FastifyBaseLogger,
): () => void {
  const known = new Map<string, FileProgress>();
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
    await rows.progress(news);
  };

  const writes = every(log, INTERVAL, `writing down the progress of ${subject}`, write);
  return () => void writes.stop();
}

function measure(file: Outgoing, before: FileProgress | undefined, seconds: number): FileProgress {
  const { id, sent, attempts, staged } = file;
  const delta = Math.max(0, sent - (before?.sent ?? 0)) / seconds;
  const rate = Math.round((before?.rate ?? delta) * (1 - SMOOTHING) + delta * SMOOTHING);
  return { id, received: staged.written, sent, attempts, rate };
}

function differs(now: FileProgress, before: FileProgress | undefined): boolean {
  return now.received !== before?.received || now.sent !== before.sent || now.attempts !== before.attempts;
}
