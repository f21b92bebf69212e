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
    /**
     * Says how many bytes of memory this request holds until it is over, instead of what was said
     * before. If there are not so many, it holds none any more, and throws too_many_requests or
     * service_unavailable: the caller discards them.
     */
    holdBytes(bytes: number): void;
  }
}

/**
 * Who asks these must be answered, however busy the process is: whether it lives, and whether to
 * send callers here.
 */
const ALWAYS: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/** Seconds. */
const RETRY_AFTER = 5;

/** The part of everything that one user, or one address of callers not known yet, may take. */
const SHARE = 0.5;

/** Bytes of bodies that are held at once. The largest body takes a tenth of it. */
const MAX_BYTES = 128 * 1024 * 1024;

/** What a request has taken, and of whose share. */
interface Taken {
  caller: string;
  bytes: number;
  over: boolean;
  answered: () => void;
}

/**
 * Bounds the calls that this process works on at once, and the bytes that they hold, from all
 * callers and from each. A call counts until it is answered, and until the work for a caller who
 * hung up is over.
 */
export const requestsAtOnce = fp(
  async (app) => {
    const { maxRequests } = app.config;
    const calls = new Shares(maxRequests);
    const bytes = new Shares(MAX_BYTES);
    const working = new WeakMap<FastifyRequest, Promise<unknown>>();
    const requests = new WeakMap<FastifyRequest, Taken>();

    const requireShare = (caller: string, more: number) => {
      const taken = calls.of(caller);
      if (taken >= calls.share) throw tooMany(`${taken} calls of yours`);
      if (bytes.of(caller) + more > bytes.share) throw tooMany('calls of yours that fill its memory');
    };
    const hold = (taken: Taken, now: number) => {
      bytes.add(taken.caller, now - taken.bytes);
      taken.bytes = now;
    };

    app.decorateRequest('countFor', function countFor(this: FastifyRequest, owner: string) {
      const taken = requests.get(this);
      if (taken === undefined || taken.over || owner === taken.caller) return;
      requireShare(owner, taken.bytes);
      for (const [caller, sign] of [[taken.caller, -1] as const, [owner, 1] as const]) {
        calls.add(caller, sign);
        bytes.add(caller, sign * taken.bytes);
      }
      taken.caller = owner;
    });
    app.decorateRequest('holdBytes', function holdBytes(this: FastifyRequest, now: number) {
      const taken = requests.get(this);
      if (taken === undefined || taken.over) return;
      const more = now - taken.bytes;
      const inAll = bytes.total + more;
      const ofCaller = bytes.of(taken.caller) + more;
      const fits = more <= 0 || (inAll <= MAX_BYTES && ofCaller <= bytes.share);
      // What was held of a refused request makes room at once, so that others that come meanwhile
      // are not refused with it.
      hold(taken, fits ? now : 0);
      if (fits) return;
      throw inAll > MAX_BYTES
        ? tooBusy('calls that fill its memory')
        : tooMany('calls of yours that fill its memory');
    });
    app.addHook('onRequest', async (request) => {
      if (ALWAYS.has(request.routeOptions.url ?? '')) return;
      if (calls.total >= maxRequests) throw tooBusy(`${maxRequests} calls`);
      const caller = `address:${clientNetwork(request.ip)}`;
      requireShare(caller, 0);
      calls.add(caller, 1);
      const taken: Taken = { caller, bytes: 0, over: false, answered: () => undefined };
      requests.set(request, taken);
      const answered = new Promise<void>((resolve) => {
        taken.answered = resolve;
      });
      const end = async () => {
        // A handler that returns its reply ends only when that is written, which never happens on a
        // connection that is gone.
        await Promise.race([working.get(request)?.catch(() => undefined), answered]);
        taken.over = true;
        calls.add(taken.caller, -1);
        bytes.add(taken.caller, -taken.bytes);
      };
      request.gone.addEventListener('abort', end, { once: true });
    });
    app.addHook('onSend', async (request, _reply, payload) => {
      const taken = requests.get(request);
      if (taken === undefined) return;
      taken.answered();
      // A text waits in memory until the caller takes it. It is not refused, because the call has
      // been made.
      if (typeof payload === 'string' && !taken.over) hold(taken, taken.bytes + payload.length);
    });
    app.addHook('onRoute', (route) => {
      const { handler } = route;
      route.handler = function work(request, reply) {
        const result: unknown = handler.call(this, request, reply);
        if (result instanceof Promise) working.set(request, result);
        return result;
      };
    });
  },
  { name: 'requests-at-once', dependencies: ['request-context'] },
);

/** How much of something is taken, in total and by each caller. */
class Shares {
  total = 0;
  /** The most that one caller may take. */
  readonly share: number;
  readonly #taken = new Map<string, number>();

  constructor(most: number) {
    this.share = Math.ceil(most * SHARE);
  }

  of(caller: string): number {
    return this.#taken.get(caller) ?? 0;
  }

  add(caller: string, amount: number): void {
    const taken = this.of(caller) + amount;
    this.total += amount;
    if (taken === 0) this.#taken.delete(caller);
    else this.#taken.set(caller, taken);
  }
}

function tooMany(what: string) {
  return problem('too_many_requests', workingOn(what), { retry_after: RETRY_AFTER });
}

function tooBusy(what: string) {
  return problem('service_unavailable', workingOn(what), { retry_after: RETRY_AFTER });
}

function workingOn(what: string): string {
  return `This service is already working on ${what}. Try again in ${RETRY_AFTER} s.`;
}
