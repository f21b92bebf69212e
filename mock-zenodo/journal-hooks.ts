import fp from 'fastify-plugin';
import { identityOf, presentedToken } from './oauth/identity.js';
import { isControlPath, pathOf } from './path-pattern.js';
import { watchWire } from './wire.js';

/** Keeps the journal: every request but those to the mock itself, with what really passed over the connection. */
export const journalHooks = fp(
  async (app) => {
    const { clock, journal, store } = app.mock;
    app.decorateRequest('wire');
    app.addHook('onRequest', async (request, reply) => {
      request.strikes = [];
      if (isControlPath(pathOf(request.raw.url ?? ''))) {
        request.wire = watchWire(request, reply, { bytesIn: 0, bytesOut: 0 });
        return;
      }
      const began = performance.now();
      const shown = presentedToken(request);
      const user = shown === null ? undefined : identityOf(store, shown, clock.now())?.user;
      const entry = journal.begin({
        startedAt: new Date(clock.now()).toISOString(),
        method: request.method,
        path: request.originalUrl,
        user: user?.username ?? null,
      });
      request.wire = watchWire(request, reply, entry);
      const { raw } = reply;
      raw.once('close', () => {
        const { wire, strikes } = request;
        entry.status = raw.headersSent && !wire.cut ? raw.statusCode : null;
        entry.durationMs = Math.round((performance.now() - began) * 10) / 10;
        entry.faults = (strikes ?? []).map(({ id, fault }) => fault.name ?? id);
        journal.finish(entry);
      });
    });
    app.addHook('onClose', async () => journal.close());
  },
  { name: 'journal-hooks' },
);
