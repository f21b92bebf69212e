import fp from 'fastify-plugin';
import { problem } from '../errors.js';

/** Health checks must be answered however busy the process is. */
const ALWAYS: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/** Seconds. */
const RETRY_AFTER = 5;

/** Limits the concurrent calls of this process, because each holds memory. */
export const requestsAtOnce = fp(
  async (app) => {
    const { maxRequests } = app.config;
    let atOnce = 0;
    app.addHook('onRequest', async (request, reply) => {
      if (ALWAYS.has(request.routeOptions.url ?? '')) return;
      if (atOnce >= maxRequests) {
        throw problem(
          'service_unavailable',
          `This service is already working on ${maxRequests} calls. Try again in ${RETRY_AFTER} s.`,
          { retry_after: RETRY_AFTER },
        );
      }
      atOnce += 1;
      reply.raw.once('close', () => {
        atOnce -= 1;
      });
    });
  },
  { name: 'requests-at-once' },
);
