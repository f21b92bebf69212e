import { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { isDoctorSignature } from '../doctor-signature.js';
import { problem } from '../errors.js';
import { pause } from '../time.js';
import { VERSION } from '../version.js';

/** Bytes that the doctor may send, and seconds that it may make this service wait. */
const MAX_BODY = 4 * 1024 * 1024;
const MAX_WAIT = 600;

/** Bytes of a body that arrived, and over how many milliseconds. */
interface Arrived {
  bytes: number;
  spread: number;
}

/**
 * The counterpart of `npm run doctor`: accepts a body, waits, and returns what arrived and from
 * where. A caller without TOKEN_KEYS gets 404.
 */
export const doctorRoute: FastifyPluginAsyncTypebox = async (app) => {
  const { config, dependencies } = app;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', async (_request: unknown, body: Readable): Promise<Arrived> => {
    let bytes = 0;
    let first = 0;
    for await (const chunk of body) {
      first ||= performance.now();
      bytes += (chunk as Buffer).length;
      if (bytes > MAX_BODY) throw problem('payload_too_large', 'The doctor does not send this much.');
    }
    return { bytes, spread: first === 0 ? 0 : Math.round(performance.now() - first) };
  });
  app.post(
    '/doctor',
    {
      schema: {
        hide: true,
        querystring: Type.Object({
          wait: Type.Number({ minimum: 0, maximum: MAX_WAIT, default: 0 }),
          early: Type.Boolean({ default: false }),
        }),
      },
      onRequest: async (request) => {
        const signature = String(request.headers['x-doctor'] ?? '');
        if (isDoctorSignature(config.tokenKeys, signature, dependencies.now())) return;
        throw problem('not_found', 'This path does not exist. The calls are listed at /docs.');
      },
    },
    async ({ query, body, ip, gone }, reply) => {
      const { bytes = 0, spread = 0 } = (body ?? {}) as Partial<Arrived>;
      const answer = JSON.stringify({ version: VERSION, bytes, spread, address: ip });
      const beSilent = (share: number) => pause(query.wait * 1000 * share, gone).catch(() => undefined);
      reply.type('application/json');
      if (!query.early) {
        await beSilent(1);
        return reply.send(answer);
      }
      async function* parts() {
        for (const share of [0.5, 0.5]) {
          yield ' ';
          await beSilent(share);
        }
        yield answer;
      }
      return reply.send(Readable.from(parts()));
    },
  );
};
