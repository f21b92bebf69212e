import { PassThrough } from 'node:stream';
import type { FastifyPluginAsync } from 'fastify';
import type { JournalEntry } from '../journal.js';

/** Real milliseconds between signs of life, by which a dead connection is found. */
const HEARTBEAT = 15_000;
/** Bytes that may wait for a reader who does not read, before it is given up. */
const MAX_UNREAD = 1_000_000;

/**
 * The journal as server-sent events, from now on: `request` when one begins and again when it ends,
 * `cleared` when all are forgotten. Masked as the journal is.
 */
export const journalStream: FastifyPluginAsync = async (app) => {
  const { journal } = app.mock;
  app.get('/requests/stream', { exposeHeadRoute: false }, async (_request, reply) => {
    const events = new PassThrough();
    const send = (text: string) => {
      if (events.writableLength > MAX_UNREAD) events.destroy();
      else events.write(text);
    };
    const stop = journal.watch((entry: JournalEntry | null) =>
      send(
        entry === null
          ? 'event: cleared\ndata: {}\n\n'
          : `id: ${entry.id}\nevent: request\ndata: ${JSON.stringify(entry)}\n\n`,
      ),
    );
    const beat = setInterval(() => send(': alive\n\n'), HEARTBEAT);
    events.once('close', () => {
      stop();
      clearInterval(beat);
    });
    send('retry: 2000\n\n');
    return reply.type('text/event-stream').send(events);
  });
};
