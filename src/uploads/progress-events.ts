import { PassThrough, type Readable } from 'node:stream';
import { problem } from '../errors.js';
import type { UploadReads, UploadWithFiles } from './rows/upload-reads.js';

/** How often a row is read for all who watch it, in milliseconds. */
const POLL = 1000;

/** How often it is looked whether those who watch still may, in milliseconds. */
const RECHECK = 5000;

/** Streams that one upload may have in one process. */
const MAX_STREAMS = 4;

/** States in which nothing moves any more. */
const OVER: ReadonlySet<string> = new Set(['done', 'failed', 'cancelled']);

/** What changes without anybody being able to see it. */
const UNSEEN: ReadonlySet<string> = new Set(['leaseBy', 'leaseUntil', 'reserved', 'updatedAt']);

/** Who reads a stream. */
export interface Reader {
  /** An upload in the shape they are told of it. */
  shape(upload: UploadWithFiles): unknown;
  /** False once what they came with gives them no right any more. */
  mayStill(): Promise<boolean>;
}

interface Watched {
  streams: Map<PassThrough, Reader>;
  timer: NodeJS.Timeout;
  /** A read of the row is under way: a database that is silent is asked once, not every second. */
  reading: boolean;
  last: string;
  silentSince: number;
  checkedAt: number;
}

/**
 * Streams of server-sent events about uploads. Every event is a full snapshot, so nothing is lost
 * when a reader comes late or again; however many read, each upload's row is read once a second,
 * and Zenodo is not asked. Works wherever the upload runs. A stream without news for `silence`
 * milliseconds gets a comment, also while the database says nothing.
 */
export function createProgressStreams(reads: UploadReads, silence: number) {
  const watched = new Map<string, Watched>();

  const leave = (id: string, stream: PassThrough) => {
    const entry = watched.get(id);
    entry?.streams.delete(stream);
    if (entry?.streams.size !== 0) return;
    clearInterval(entry.timer);
    watched.delete(id);
  };

  /** A link that was revoked, or a token that was ended, shows nothing more. */
  const recheck = async (entry: Watched) => {
    if (performance.now() - entry.checkedAt < RECHECK) return;
    entry.checkedAt = performance.now();
    for (const [stream, reader] of entry.streams) if (!(await reader.mayStill())) stream.end();
  };

  const poll = async (id: string, entry: Watched) => {
    await recheck(entry);
    const progress = await reads.findProgress(id);
    const upload = progress !== null && OVER.has(progress.state) ? await reads.find(id) : progress;
    const now = JSON.stringify(upload, (key, value) => (UNSEEN.has(key) ? undefined : text(value)));
    if (upload !== null && now !== entry.last) {
      entry.last = now;
      entry.silentSince = performance.now();
      for (const [stream, { shape }] of entry.streams) send(stream, shape(upload));
    }
    if (upload === null || OVER.has(upload.state)) for (const stream of entry.streams.keys()) stream.end();
  };

  const beat = (id: string, entry: Watched) => {
    if (performance.now() - entry.silentSince > silence) {
      entry.silentSince = performance.now();
      for (const stream of entry.streams.keys()) if (!stream.writableEnded) stream.write(': still here\n\n');
    }
    if (entry.reading) return;
    entry.reading = true;
    // Whatever cannot be read now is read at the next beat.
    poll(id, entry)
      .catch(() => undefined)
      .finally(() => {
        entry.reading = false;
      });
  };

  return {
    /**
     * A stream that begins with `upload` as it stands. Throws too_many_requests if the upload is
     * watched by too many already.
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
      if (OVER.has(upload.state)) stream.end();
      return stream;
    },
    /** Ends all streams: their readers come again, to this process or another one. */
    close(): void {
      for (const { streams } of watched.values()) for (const stream of streams.keys()) stream.end();
    },
  };

  function watch(id: string): Watched {
    const entry: Watched = {
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

/** One event. A reader that does not keep up misses snapshots, which does no harm. */
function send(stream: PassThrough, snapshot: unknown): void {
  if (stream.writableNeedDrain || stream.writableEnded) return;
  stream.write(`event: upload\ndata: ${JSON.stringify(snapshot)}\n\n`);
}
