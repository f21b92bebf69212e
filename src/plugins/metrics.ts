import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fp from 'fastify-plugin';
import { collectDefaultMetrics } from 'prom-client';
import { addGauges } from '../gauges.js';

/**
 * Prometheus metrics on a port of their own, where METRICS_PORT names one: never on the public one, where strangers could read them.
 * They are answered without a database, too.
 */
export const metrics = fp(
  async (app) => {
    const { metricsPort, host } = app.config;
    if (metricsPort === undefined) return;
    const { registry } = app.meters;
    collectDefaultMetrics({ register: registry });
    addGauges(app, registry);

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
    // Before the service listens: a port that is taken is a reason not to start, and in onListen would only be logged.
    app.addHook('onReady', async () => {
      await new Promise<void>((done, fail) => server.once('error', fail).listen(metricsPort, host, done));
      const { port } = server.address() as AddressInfo;
      app.log.info(`metrics are at http://${host}:${port}/metrics`);
    });
    app.addHook('onClose', async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    });
  },
  { name: 'metrics' },
);
