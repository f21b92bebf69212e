import { PassThrough } from 'node:stream';
import type { FastifyPluginAsync } from 'fastify';
import type { JournalEntry } from '../journal.js';

/** Real milliseconds between signs of life, which reveal a dead connection. */
const HEARTBEAT = 15_000;
/**
 * Maximum number of bytes that wait for a reader who does not read. Then the connection is closed.
 */
const MAX_UNREAD = 1_000_000;

/**
 * The journal from now on, as server-sent events: `request` when a request begins and again when it
 * ends, `cleared` when the journal is cleared. Secrets are masked as in the journal.
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
