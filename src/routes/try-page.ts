import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { callAsApplication } from '../own-call.js';
import { isLoopbackUrl, publicUrl } from '../urls.js';

type MockAnswer = Record<string, unknown>;

/** Whether `/try` is offered: in development, with a mock Zenodo. */
export function canTry({ config }: FastifyInstance): boolean {
  return !config.production && isLoopbackUrl(config.zenodoUrl);
}

/**
 * Acts as an application for a newcomer: consent at the mock Zenodo, a draft, an upload link, and a
 * redirect to the upload page.
 */
export const tryPageRoute: FastifyPluginAsync = async (app) => {
  if (!canTry(app)) return;

  app.get<{ Querystring: Record<string, unknown> }>(
    '/try',
    { schema: { hide: true } },
    async (visit, reply) => {
      const here = publicUrl(visit, '/try');
      const home = publicUrl(visit, '/');
      const { code, state, error } = visit.query;
      if (error !== undefined) return reply.redirect(home, 303);
      if (code === undefined) {
        const json = { container_id: `try-${randomUUID()}`, django_callback_url: here };
        const asked = await post({ visit, reply }, '/oauth/authorize', json);
        return asked === null ? reply : reply.redirect(String(asked['zenodo_oauth_url']), 303);
      }
      const back = { code, state, django_callback_url: here };
      const session = await post({ visit, reply }, '/oauth/callback', back);
      if (session === null) return reply;
      const path = `/depositions/${session['deposition_id']}/upload-links`;
      const options = { return_url: home, application_name: 'Example Application' };
      const link = await post({ visit, reply }, path, options, String(session['access_token']));
      return link === null ? reply : reply.redirect(String(link['url']), 303);
    },
  );
};

/**
 * Makes a call as an application would. Returns null if the call was refused; then the browser has
 * received that response.
 */
async function post(
  { visit, reply }: { visit: FastifyRequest; reply: FastifyReply },
  path: string,
  body: object,
  token?: string,
): Promise<MockAnswer | null> {
  const { status, text } = await callAsApplication(visit, path, {
    body,
    ...(token === undefined ? {} : { token }),
  });
  if (status < 300) return JSON.parse(text) as MockAnswer;
  reply.code(status).type('application/problem+json').send(text);
  return null;
}
