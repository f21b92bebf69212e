import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { PING_PATHS } from './application-ping.js';
import { FrameworkError } from './errors.js';
import { identityOf, presentedToken } from './oauth/identity.js';
import { isControlPath, pathOf } from './path-pattern.js';
import type { Limit, RateWindows, Window } from './rate-windows.js';

const SECONDS = { minute: 60, hour: 3600 };
const GUEST: Limit[] = [perMinute(133), { amount: 8000, unit: 'hour' }];
const USER: Limit[] = [perMinute(100), { amount: 5000, unit: 'hour' }];
/** For users and guests: `RATELIMIT_PER_ENDPOINT` of `zenodo/zenodo-rdm:invenio.cfg`. */
const PATHS: [RegExp, Limit[]][] = [
  [/^\/(api\/records|api\/communities\/[^/]+\/records|oai2d)$/, [perMinute(30)]],
  [/^\/badge\//, [perMinute(120)]],
];

/**
 * Zenodo's rate limits: headers on every response, `Retry-After` included, and 429 only with the
 * `rateLimit` option (`zenodo/zenodo-rdm:invenio.cfg`,
 * `inveniosoftware/invenio-app:invenio_app/limiter.py`). Without it, the headers count down to half
 * of the limit, so that clients which slow down early are not delayed by limits that are not
 * enforced.
 */
export const limits = fp(
  async (app) => {
    const { clock, options, rateWindows: windows } = app.mock;
    const refusing = options.rateLimit !== undefined;

    app.addHook('onRequest', async (request, reply) => {
      const path = pathOf(request.raw.url ?? '');
      if (isControlPath(path) || PING_PATHS.some((ping) => ping === path)) return;
      const now = clock.now();
      const client = `${request.headers['user-agent'] ?? ''} ${request.ip}`;
      const rules = limitsFor(request, path);
      const breached = rules
        .map((limit) => windowOf(windows, client, limit))
        .filter((window) => !hit(window, now))
        .at(0);
      const shown = (refusing ? breached : undefined) ?? windowOf(windows, client, rules[0] ?? perMinute(1));
      setHeaders(reply, shown, now, refusing);
      if (!refusing || breached === undefined) return;
      throw new FrameworkError(429, `${breached.limit.amount} per 1 ${breached.limit.unit}`);
    });

    function limitsFor(request: FastifyRequest, path: string): Limit[] {
      if (options.rateLimit?.endsWith('/min')) return [perMinute(Number.parseInt(options.rateLimit, 10))];
      const own = PATHS.find(([pattern]) => pattern.test(path))?.[1];
      if (own !== undefined && (request.method === 'GET' || request.method === 'HEAD')) return own;
      const token = presentedToken(request);
      const known = token !== null && identityOf(app.mock.store, token, clock.now()) !== null;
      return known ? USER : GUEST;
    }
  },
  { name: 'limits' },
);

function perMinute(amount: number): Limit {
  return { amount, unit: 'minute' };
}

function windowOf(windows: RateWindows, client: string, limit: Limit): Window {
  const key = `${client} ${limit.amount}/${limit.unit}`;
  const window = windows.get(key) ?? { limit, hits: [] };
  windows.set(key, window);
  return window;
}

/**
 * Counts a hit. False if the window is full. If the clock was set back, hits in its future are
 * dropped.
 */
function hit({ limit, hits }: Window, now: number): boolean {
  const oldest = now - SECONDS[limit.unit] * 1000;
  const firstInside = hits.findIndex((time) => time > oldest);
  hits.splice(0, firstInside === -1 ? hits.length : firstInside);
  while (hits.length > 0 && (hits.at(-1) ?? 0) > now) hits.pop();
  if (hits.length >= limit.amount) return false;
  hits.push(now);
  return true;
}

function setHeaders(reply: FastifyReply, { limit, hits }: Window, now: number, refusing: boolean): void {
  const left = Math.max(limit.amount - hits.length, refusing ? 0 : Math.ceil(limit.amount / 2));
  const reset = Math.floor((hits[0] ?? now) / 1000) + SECONDS[limit.unit] + 1;
  reply.headers({
    'x-ratelimit-limit': String(limit.amount),
    'x-ratelimit-remaining': String(left),
    'x-ratelimit-reset': String(reset),
    'retry-after': String(Math.floor(reset - now / 1000)),
  });
}
