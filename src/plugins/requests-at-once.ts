import fp from 'fastify-plugin';
import { problem } from '../errors.js';

/**
 * Who asks these must be answered, however busy the process is: whether it lives, and whether to
 * send callers here.
 */
const ALWAYS: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/** Seconds. */
const RETRY_AFTER = 5;

/**
 * Bounds the calls that this process works on at once, from all callers: each holds memory until it
 * is answered.
 */
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
