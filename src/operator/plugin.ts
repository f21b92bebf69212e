import type { AddressInfo } from 'node:net';
import Fastify, { LogController } from 'fastify';
import fp from 'fastify-plugin';
import { collectDefaultMetrics } from 'prom-client';
import { addGauges } from '../gauges.js';
import { allowedMethods } from '../plugins/allowed-methods.js';
import { requestIdOf } from '../plugins/request-context.js';
import { operatorPages } from './pages.js';
import { refuseBytes, refuseUrl } from './raw-errors.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** Where the operator's port listens; null where there is none. */
    operatorAddress(): AddressInfo | null;
  }
}

/** Largest form that the page takes, in bytes. */
const MAX_FORM = 16 * 1024;

/** What is longer comes in no URL: Node takes no longer line. */
const MAX_PARAMETER = 16 * 1024;

/**
 * The operator's port, where OPERATOR_PORT names one: Prometheus metrics, and with OPERATOR_KEY
 * pages for a person. Never on the public one, where strangers could read them. Both answer without
 * a database, too.
 */
export const operator = fp(
  async (app) => {
    const { config } = app;
    let address: AddressInfo | null = null;
    app.decorate('operatorAddress', () => address);
    if (config.operatorPort === undefined) return;
    const { registry } = app.metrics;
    collectDefaultMetrics({ register: registry });
    addGauges(app, registry);

    const server = Fastify({
      loggerInstance: app.log,
      genReqId: requestIdOf,
      logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
      trustProxy: config.trustedProxies.length > 0 ? config.trustedProxies : false,
      bodyLimit: MAX_FORM,
      forceCloseConnections: true,
      frameworkErrors: refuseUrl,
      clientErrorHandler: refuseBytes,
      routerOptions: { maxParamLength: MAX_PARAMETER },
    });
    server.get('/metrics', async (_request, reply) => {
      try {
        return await reply.type(registry.contentType).send(await registry.metrics());
      } catch (err) {
        app.log.error({ err }, 'the metrics cannot be collected');
        return reply.code(503).type('text/plain').send('The metrics cannot be collected.\n');
      }
    });
    if (config.operatorKey === undefined) {
      // Of what is no call the body does not matter.
      server.removeAllContentTypeParsers();
      server.addContentTypeParser('*', (_request, _body, done) => done(null));
      server.setNotFoundHandler((request, reply) => {
        const allowed = allowedMethods(server, request, reply);
        const said = allowed.length === 0 ? NO_PAGE : `This path supports ${allowed.join(', ')}.\n`;
        return reply
          .code(allowed.length === 0 ? 404 : 405)
          .type('text/plain')
          .send(said);
      });
    } else await server.register(operatorPages(app, config.operatorKey));

    // Before the service listens: a port that is taken is a reason not to start, and in onListen
    // would only be logged.
    app.addHook('onReady', async () => {
      const said = (at: string) => `the operator’s port is ${at}`;
      await server.listen({ port: config.operatorPort ?? 0, host: config.host, listenTextResolver: said });
      address = server.server.address() as AddressInfo;
    });
    app.addHook('onClose', () => server.close());
  },
  { name: 'operator', dependencies: ['uploads'] },
);

const NO_PAGE = 'This port serves only /metrics. Set OPERATOR_KEY to enable the operator’s page.\n';
