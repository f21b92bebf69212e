import type { AddressInfo } from 'node:net';
import Fastify, { LogController } from 'fastify';
import fp from 'fastify-plugin';
import { collectDefaultMetrics } from 'prom-client';
import { addGauges } from '../gauges.js';
import { allowedMethods } from '../plugins/allowed-methods.js';
import { requestIdOf } from '../plugins/request-context.js';
import { operatorPages } from './pages.js';
import { answerBadBytes, answerBadUrl } from './raw-errors.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** Where the operator's port listens; null if there is none. */
    operatorAddress(): AddressInfo | null;
  }
}

/** Maximum size of a form in bytes. */
const MAX_FORM = 16 * 1024;

/** Longer parameters cannot occur: Node limits the request line. */
const MAX_PARAMETER = 16 * 1024;

/**
 * The operator's port, if OPERATOR_PORT is set: Prometheus metrics and, with OPERATOR_KEY, pages.
 * Never on the public port, where strangers could read them. Works without a database.
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
      frameworkErrors: answerBadUrl,
      clientErrorHandler: answerBadBytes,
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
      // The body of a request to an unknown path does not matter.
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

    // Before the service listens: if the port is taken, the service must not start, but an error in
    // onListen would only be logged.
    app.addHook('onReady', async () => {
      const said = (at: string) => `the operator’s port is ${at}`;
      await server.listen({ port: config.operatorPort ?? 0, host: config.host, listenTextResolver: said });
      address = server.server.address() as AddressInfo;
    });
    app.addHook('onClose', () => server.close());
  },
  { name: 'operator', dependencies: ['uploads', 'cleanup'] },
);

const NO_PAGE = 'This port serves only /metrics. Set OPERATOR_KEY to enable the operator’s page.\n';
