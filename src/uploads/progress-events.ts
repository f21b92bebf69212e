import { PassThrough, type Readable } from 'node:stream';
import { problem } from '../errors.js';
import { hasEnded } from './model.js';
import type { UploadReads, UploadWithFiles } from './rows/upload-reads.js';

/** Milliseconds between two reads of a watched row. */
const POLL = 1000;

/** Milliseconds between two checks whether readers may still watch. */
const RECHECK = 5000;

/** Streams per upload and process. */
const MAX_STREAMS = 4;

/** Columns that readers cannot see. */
const UNSEEN: ReadonlySet<string> = new Set(['leaseBy', 'leaseUntil', 'reserved', 'updatedAt']);

/** A reader of a stream. */
export interface Reader {
  /** An upload in the form that they receive. */
  shape(upload: UploadWithFiles): unknown;
  /** False once their token or link no longer permits it. */
  mayStill(): Promise<boolean>;
}

interface WatchedUpload {
  streams: Map<PassThrough, Reader>;
  timer: NodeJS.Timeout;
  /** The row is being read. A silent database is asked once, not every second. */
  reading: boolean;
  last: string;
  silentSince: number;
  checkedAt: number;
}

/**
 * Streams of server-sent events about uploads. Every event is a complete snapshot, so nothing is
 * lost if a reader comes late or reconnects. Each watched row is read once a second, however many
 * readers there are, and Zenodo is not asked. The upload may run in any process. After `silence`
 * milliseconds without news a stream gets a comment, also while the database is silent.
 */
export function createProgressStreams(reads: UploadReads, silence: number) {
  const watched = new Map<string, WatchedUpload>();

  const leave = (id: string, stream: PassThrough) => {
    const entry = watched.get(id);
    entry?.streams.delete(stream);
    if (entry?.streams.size !== 0) return;
    clearInterval(entry.timer);
    watched.delete(id);
  };

  /** A revoked link, or a token that was ended, shows nothing more. */
  const recheck = async (entry: WatchedUpload) => {
    if (performance.now() - entry.checkedAt < RECHECK) return;
    entry.checkedAt = performance.now();
    for (const [stream, reader] of entry.streams) if (!(await reader.mayStill())) stream.end();
  };

  const poll = async (id: string, entry: WatchedUpload) => {
    await recheck(entry);
    const progress = await reads.findProgress(id);
    const upload = progress !== null && hasEnded(progress.state) ? await reads.find(id) : progress;
    const now = JSON.stringify(upload, (key, value) => (UNSEEN.has(key) ? undefined : text(value)));
    if (upload !== null && now !== entry.last) {
      entry.last = now;
      entry.silentSince = performance.now();
      for (const [stream, { shape }] of entry.streams) send(stream, shape(upload));
    }
    if (upload === null || hasEnded(upload.state)) for (const stream of entry.streams.keys()) stream.end();
  };

  const beat = (id: string, entry: WatchedUpload) => {
    if (performance.now() - entry.silentSince > silence) {
      entry.silentSince = performance.now();
      for (const stream of entry.streams.keys()) if (!stream.writableEnded) stream.write(': still here\n\n');
    }
    if (entry.reading) return;
    entry.reading = true;
    // A failed read is repeated at the next beat.
    poll(id, entry)
      .catch(() => undefined)
      .finally(() => {
        entry.reading = false;
      });
  };

  return {
    /**
     * Opens a stream that begins with the current state of `upload`. Throws too_many_requests if
     * the upload has too many streams.
     */
    open(upload: UploadWithFiles, reader: Reader): Readable {
      const { id } = upload;
      const entry = watched.get(id) ?? watch(id);
      if (entry.streams.size >= MAX_STREAMS) {
        throw problem('too_many_requests', `${MAX_STREAMS} streams are already watching this upload.`, {
          retry_after: 30,
        });
      }
      const stream = new PassThrough();
      entry.streams.set(stream, reader);
      stream.once('close', () => leave(id, stream));
      send(stream, reader.shape(upload));
      if (hasEnded(upload.state)) stream.end();
      return stream;
    },
    /** Ends all streams. Their readers reconnect, to this process or another. */
    close(): void {
      for (const { streams } of watched.values()) for (const stream of streams.keys()) stream.end();
    },
  };

  function watch(id: string): WatchedUpload {
    const entry: WatchedUpload = {
      streams: new Map(),
      reading: false,
      last: '',
      silentSince: performance.now(),
      checkedAt: performance.now(),
      timer: setInterval(() => beat(id, entry), POLL).unref(),
    };
    watched.set(id, entry);
    return entry;
  }
}

function text(value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

/** Sends one event. A slow reader misses snapshots, which is harmless. */
function send(stream: PassThrough, snapshot: unknown): void {
  if (stream.writableNeedDrain || stream.writableEnded) return;
  stream.write(`event: upload\ndata: ${JSON.stringify(snapshot)}\n\n`);
}
