import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { JournalEntry } from './journal.js';
import type { Sampler } from './journal-sample.js';
import { type Masking, maskingFor } from './journal-secrets.js';
import { nearestRoutes } from './nearest-routes.js';
import { isOnlyAtZenodo } from './not-imitated.js';
import { identityOf, presentedToken } from './oauth/identity.js';
import { isControlPath, pathOf } from './path-pattern.js';
import { watchWire } from './wire.js';

/**
 * Keeps the journal: every request except those to the mock itself, with the bytes that were
 * really sent and received.
 */
export const journalHooks = fp(
  async (app) => {
    const { clock, journal, routes, store } = app.mock;
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
        path: maskingFor(store).target(request.originalUrl),
        user: user?.username ?? null,
      });
      request.wire = watchWire(request, reply, entry);
      const { raw } = reply;
      raw.once('close', () => {
        const { wire, strikes } = request;
        entry.status = raw.headersSent && !wire.cut ? raw.statusCode : null;
        entry.durationMs = Math.round((performance.now() - began) * 10) / 10;
        entry.faults = (strikes ?? []).map(({ id, fault }) => fault.name ?? id);
        findRoute(request, entry);
        const masking = maskingFor(store);
        entry.request = message(masking, request.headers, wire.requestBody);
        if (raw.headersSent) entry.answer = message(masking, reply.getHeaders(), wire.answerBody);
        journal.finish(entry);
      });
    });
    app.addHook('onClose', async () => journal.close());

    /** The route that took a request, or the nearest ones if Zenodo has none for it. */
    function findRoute(request: FastifyRequest, entry: JournalEntry): void {
      const url = request.routeOptions.url ?? null;
      // Other sites, and the proxy in front of Zenodo, accept every path.
      if (request.fromProxy) return;
      const known =
        url !== null &&
        !request.is404 &&
        routes.some((route) => route.url === url && route.method === request.method);
      entry.route = known ? url : null;
      if (known || request.method === 'OPTIONS') return;
      const path = pathOf(request.originalUrl);
      entry.notImitated = isOnlyAtZenodo(path);
      entry.unmatched = !entry.notImitated;
      if (entry.unmatched) entry.nearest = nearestRoutes(routes, request.method, path);
    }

    function message(
      masking: Masking,
      headers: Parameters<Masking['headers']>[0],
      sampler: Sampler,
    ): JournalEntry['request'] {
      const sample = sampler.take();
      const text = sample?.text ?? null;
      return {
        headers: masking.headers(headers),
        body: sample === null ? null : { ...sample, text: text === null ? null : masking.text(text) },
      };
    }
  },
  { name: 'journal-hooks' },
);
