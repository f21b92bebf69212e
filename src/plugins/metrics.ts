import diagnostics from 'node:diagnostics_channel';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fp from 'fastify-plugin';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Upper bounds of answer times, in seconds: control calls on the left, uploads on the right. */
const BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 240];

/** What undici publishes about a request that it sends. */
interface Sent {
  request: { origin?: string | URL; method: string };
  response?: { statusCode: number };
}

/**
 * Prometheus metrics on a port of their own, where METRICS_PORT names one: never on the public one, where strangers could read them.
 * Labels are route patterns, methods and statuses; no id, name or token gets into one.
 */
export const metrics = fp(
  async (app) => {
    const { metricsPort, host, zenodoUrl } = app.config;
    if (metricsPort === undefined) return;
    const registry = new Registry();
    const registers = [registry];
    collectDefaultMetrics({ register: registry });
    const requests = new Histogram({
      name: 'zenodo_service_request_seconds',
      help: 'Requests by route, method and status, and how long they took.',
      labelNames: ['route', 'method', 'status'],
      buckets: BUCKETS,
      registers,
    });
    const calls = new Counter({
      name: 'zenodo_service_zenodo_calls_total',
      help: 'Calls to Zenodo by method and outcome: a status, or `failed`.',
      labelNames: ['method', 'outcome'],
      registers,
    });
    new Gauge({
      name: 'zenodo_service_uploads',
      help: 'Uploads of all replicas that have not ended, by state.',
      labelNames: ['state'],
      registers,
      async collect() {
        this.reset();
        const open = await app.database.upload.groupBy({
          by: ['state'],
          where: { finishedAt: null },
          _count: true,
        });
        for (const { state, _count } of open) this.set({ state }, _count);
      },
    });

    app.addHook('onResponse', async (request, reply) => {
      const route = request.routeOptions.url ?? 'unknown';
      const labels = { route, method: request.method, status: String(reply.statusCode) };
      requests.observe(labels, reply.elapsedTime / 1000);
    });
    const count = (message: unknown, outcome: string) => {
      const { request } = message as Sent;
      if (String(request.origin) === zenodoUrl) calls.inc({ method: request.method, outcome });
    };
    const answered = (message: unknown) => count(message, String((message as Sent).response?.statusCode));
    const failed = (message: unknown) => count(message, 'failed');
    diagnostics.subscribe('undici:request:headers', answered);
    diagnostics.subscribe('undici:request:error', failed);

    const server = createServer((request, response) => {
      if (request.url !== '/metrics') return void response.writeHead(404).end();
      registry.metrics().then(
        (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
        (err: unknown) => {
          app.log.error({ err }, 'the metrics cannot be collected');
          response.writeHead(503).end();
        },
      );
    });
    app.addHook('onListen', async () => {
      await new Promise<void>((done, fail) => server.once('error', fail).listen(metricsPort, host, done));
      const { port } = server.address() as AddressInfo;
      app.log.info(`metrics are at http://${host}:${port}/metrics`);
    });
    app.addHook('onClose', async () => {
      diagnostics.unsubscribe('undici:request:headers', answered);
      diagnostics.unsubscribe('undici:request:error', failed);
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    });
  },
  { name: 'metrics' },
);
