import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { clientNetwork } from '../client-network.js';
import { problem } from '../errors.js';

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * Counts this request for the user it turned out to come from, no longer for its address.
     * Throws too_many_requests if they have their share already.
     */
    countFor(owner: string): void;
  }
}

/**
 * Who asks these must be answered, however busy the process is: whether it lives, and whether to
 * send callers here.
 */
const ALWAYS: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/** Seconds. */
const RETRY_AFTER = 5;

/** The part of all places that one user, or one address of callers not known yet, may take. */
const SHARE = 0.5;

/**
 * Bounds the calls that this process works on at once, from all callers and from each: each holds
 * memory until it is answered, and until the work for a caller who hung up is over.
 */
export const requestsAtOnce = fp(
  async (app) => {
    const { maxRequests } = app.config;
    const share = Math.ceil(maxRequests * SHARE);
    const callers = new Map<string, number>();
    const working = new WeakMap<FastifyRequest, Promise<unknown>>();
    const answers = new WeakMap<FastifyRequest, () => void>();
    let atOnce = 0;

    const takeShare = (caller: string) => {
      const taken = callers.get(caller) ?? 0;
      if (taken >= share) {
        throw problem(
          'too_many_requests',
          `This service is already working on ${taken} calls of yours. Try again in ${RETRY_AFTER} s.`,
          { retry_after: RETRY_AFTER },
        );
      }
      callers.set(caller, taken + 1);
    };
    const giveShare = (caller: string) => {
      const left = (callers.get(caller) ?? 1) - 1;
      if (left === 0) callers.delete(caller);
      else callers.set(caller, left);
    };

    app.decorateRequest('countFor', () => undefined);
    app.addHook('onRequest', async (request) => {
      if (ALWAYS.has(request.routeOptions.url ?? '')) return;
      if (atOnce >= maxRequests) {
        throw problem(
          'service_unavailable',
          `This service is already working on ${maxRequests} calls. Try again in ${RETRY_AFTER} s.`,
          { retry_after: RETRY_AFTER },
        );
      }
      let caller = `address:${clientNetwork(request.ip)}`;
      takeShare(caller);
      atOnce += 1;
      let over = false;
      request.countFor = (owner) => {
        if (over || owner === caller) return;
        takeShare(owner);
        giveShare(caller);
        caller = owner;
      };
      const answered = new Promise<void>((resolve) => answers.set(request, resolve));
      const end = async () => {
        // A handler that returns its reply ends only when that is written, which never happens on a
        // connection that is gone.
        await Promise.race([working.get(request)?.catch(() => undefined), answered]);
        over = true;
        atOnce -= 1;
        giveShare(caller);
      };
      request.gone.addEventListener('abort', end, { once: true });
    });
    app.addHook('onSend', async (request) => answers.get(request)?.());
    app.addHook('onRoute', (route) => {
      const { handler } = route;
      route.handler = function work(request, reply) {
        const result: unknown = handler.call(this, request, reply);
        if (result instanceof Promise) working.set(request, result);
        return result;
      };
    });
  },
  { name: 'requests-at-once' },
);
