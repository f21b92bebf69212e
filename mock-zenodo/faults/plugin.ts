import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { identityOf, presentedToken } from '../oauth/identity.js';
import { isControlPath, pathOf } from '../path-pattern.js';
import { answerInstead, discardAnswer } from './answer.js';
import type { Occasion, Strike } from './engine.js';
import { pacedAnswer } from './paced-answer.js';
import { replaced } from './replace.js';
import { misses, spoilUpload } from './upload.js';
import { withdraw } from './withdraw.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The faults that apply to this request. The journal, which runs first, initialises it. */
    strikes: Strike[];
  }
}

/** Applies the active faults: before the handler, to the bytes, and to the response. */
export const faultHooks = fp(
  async (app) => {
    const { mock } = app;
    const closing = new AbortController();
    app.addHook('preClose', async () => closing.abort());
    app.decorateRequest('strikes');

    app.addHook('onRequest', async (request, reply) => {
      const path = pathOf(request.raw.url ?? '');
      if (isControlPath(path)) return;
      const shown = presentedToken(request);
      const user = shown === null ? undefined : identityOf(mock.store, shown, mock.clock.now())?.user;
      await begin(request, reply, {
        method: request.method,
        path,
        user: user?.username ?? null,
        form: null,
        hasBody: hasBody(request),
      });
    });

    app.addHook('preHandler', async (request, reply) => {
      const path = pathOf(request.raw.url ?? '');
      if (path !== '/oauth/token') return;
      const form = formOf(request.body);
      await begin(request, reply, {
        method: request.method,
        path,
        user: ownerOf(form),
        form,
        hasBody: hasBody(request),
      });
    });

    app.addHook('onSend', async (request, reply, payload) => {
      let answer = payload;
      for (const strike of [...request.strikes]) {
        const { fault } = strike;
        const succeeded = reply.statusCode < 400;
        if (fault.status === undefined) reply.headers(fault.headers ?? {});
        if (misses(strike)) withdraw(request, strike);
        if (fault.replace !== undefined) {
          const length = request.method === 'HEAD' ? Number.NaN : reply.getHeader('content-length');
          const changed = await replaced(answer, length, fault.replace);
          if (changed === null) withdraw(request, strike);
          else {
            answer = changed;
            reply.removeHeader('content-length');
          }
        }
        if ((fault.done || fault.drop) && !succeeded) withdraw(request, strike);
        else if (fault.drop) {
          discardAnswer(answer);
          request.wire.end(false);
          return '';
        } else if (fault.done) {
          discardAnswer(answer);
          answer = answerInstead(request, reply, fault);
        }
        if (fault.throttleResponse !== undefined || fault.reset === 'response') {
          answer = pacedAnswer(request, reply, strike, answer, closing.signal);
        }
      }
      return answer;
    });

    /** Selects the faults that apply, and starts those that come before the handler. */
    async function begin(request: FastifyRequest, reply: FastifyReply, occasion: Occasion): Promise<void> {
      const strikes = mock.faults.strike(occasion);
      request.strikes.push(...strikes);
      for (const strike of strikes) {
        const { fault } = strike;
        if (fault.revokeToken) mock.store.tokens.delete(presentedToken(request) ?? '');
        if (fault.delay !== undefined) {
          await sleep(fault.delay * 1000, undefined, { signal: closing.signal }).catch(() =>
            request.wire.end(false),
          );
        }
        spoilUpload(request, reply, strike);
      }
      const instead = strikes.find(({ fault }) => fault.status !== undefined && !fault.done);
      // Awaited until it is sent, because otherwise the handler would run as well.
      if (instead !== undefined) await reply.send(answerInstead(request, reply, instead.fault));
    }

    function ownerOf(form: Record<string, string>): string | null {
      const { store } = mock;
      const app = store.apps.get(form['client_id'] ?? '');
      const credentials = form['grant_type'] === 'client_credentials' ? app?.ownerId : undefined;
      const refreshed = [...store.tokens.values()].find(
        ({ refreshToken }) => refreshToken === form['refresh_token'],
      );
      const userId = credentials ?? store.codes.get(form['code'] ?? '')?.userId ?? refreshed?.userId;
      return userId === undefined ? null : (store.users.get(userId)?.username ?? null);
    }
  },
  { name: 'fault-hooks' },
);

/**
 * Adds the headers of faults once more, after the hooks that add or remove those of Zenodo. It is
 * registered after them.
 */
export const faultHeaders = fp(
  async (app) => {
    app.addHook('onSend', async (request, reply) => {
      for (const { fault } of request.strikes) {
        for (const [name, value] of Object.entries(fault.headers ?? {})) {
          reply.removeHeader(name).header(name, value);
        }
      }
    });
  },
  { name: 'fault-headers' },
);

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function formOf(body: unknown): Record<string, string> {
  if (typeof body === 'string' || Buffer.isBuffer(body)) {
    return Object.fromEntries(new URLSearchParams(body.toString()));
  }
  if (body instanceof URLSearchParams) return Object.fromEntries(body);
  if (typeof body !== 'object' || body === null) return {};
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, String(value)]));
}
