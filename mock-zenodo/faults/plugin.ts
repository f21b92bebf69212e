import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { identityOf, presentedToken } from '../oauth/identity.js';
import { isControlPath, pathOf } from '../path-pattern.js';
import { answerInstead, discardAnswer } from './answer.js';
import type { Occasion, Strike } from './engine.js';
import type { Fault } from './fault.js';
import { pacedAnswer } from './paced-answer.js';
import { spoilUpload } from './upload.js';

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
      await begin(request, reply, { method: request.method, path, user: user?.username ?? null, form: null });
    });

    app.addHook('preHandler', async (request, reply) => {
      const path = pathOf(request.raw.url ?? '');
      if (path !== '/oauth/token') return;
      const form = formOf(request.body);
      await begin(request, reply, { method: request.method, path, user: ownerOf(form), form });
    });

    app.addHook('onSend', async (request, reply, payload) => {
      let answer = payload;
      for (const strike of [...request.strikes]) {
        const { fault } = strike;
        const succeeded = reply.statusCode < 400;
        if (fault.status === undefined) reply.headers(fault.headers ?? {});
        if (fault.replace !== undefined && typeof answer === 'string') {
          answer = replaced(answer, fault.replace);
          reply.removeHeader('content-length');
        }
        if ((fault.done || fault.drop) && !succeeded) {
          strike.undo();
          request.strikes.splice(request.strikes.indexOf(strike), 1);
        } else if (fault.drop) {
          discardAnswer(answer);
          request.wire.end(false);
          return '';
        } else if (fault.done) {
          discardAnswer(answer);
          answer = answerInstead(request, reply, fault);
        }
        if (fault.throttleResponse !== undefined || fault.reset === 'response') {
          answer = pacedAnswer(request, reply, fault, answer, closing.signal);
        }
      }
      return answer;
    });

    /** Selects the faults that apply, and starts those that come before the handler. */
    async function begin(request: FastifyRequest, reply: FastifyReply, occasion: Occasion): Promise<void> {
      const strikes = mock.faults.strike(occasion);
      request.strikes.push(...strikes);
      for (const { fault } of strikes) {
        if (fault.revokeToken) mock.store.tokens.delete(presentedToken(request) ?? '');
        if (fault.delay !== undefined) {
          await sleep(fault.delay * 1000, undefined, { signal: closing.signal }).catch(() =>
            request.wire.end(false),
          );
        }
        spoilUpload(request, reply, fault);
      }
      const instead = strikes.find(({ fault }) => fault.status !== undefined && !fault.done);
      // Awaited until it is sent, because otherwise the handler would run as well.
      if (instead !== undefined) await reply.send(answerInstead(request, reply, instead.fault));
    }

    function ownerOf(form: Record<string, string>): string | null {
      const { store } = mock;
      const refreshed = [...store.tokens.values()].find(
        ({ refreshToken }) => refreshToken === form['refresh_token'],
      );
      const userId = store.codes.get(form['code'] ?? '')?.userId ?? refreshed?.userId;
      return userId === undefined ? null : (store.users.get(userId)?.username ?? null);
    }
  },
  { name: 'fault-hooks' },
);

function replaced(text: string, changes: NonNullable<Fault['replace']>): string {
  return changes.reduce((changed, { find, with: by }) => changed.replace(new RegExp(find, 'g'), by), text);
}

function formOf(body: unknown): Record<string, string> {
  if (typeof body === 'string' || Buffer.isBuffer(body)) {
    return Object.fromEntries(new URLSearchParams(body.toString()));
  }
  if (body instanceof URLSearchParams) return Object.fromEntries(body);
  if (typeof body !== 'object' || body === null) return {};
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, String(value)]));
}
