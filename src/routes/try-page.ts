import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { request } from 'undici';
import { isLoopbackUrl, publicUrl } from '../urls.js';

type Answer = Record<string, unknown>;

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
        const asked = await post(visit, reply, '/oauth/authorize', json);
        return asked === null ? reply : reply.redirect(String(asked['zenodo_oauth_url']), 303);
      }
      const back = { code, state, django_callback_url: here };
      const session = await post(visit, reply, '/oauth/callback', back);
      if (session === null) return reply;
      const path = `/depositions/${session['deposition_id']}/upload-links`;
      const options = { return_url: home, application_name: 'Example Application' };
      const link = await post(visit, reply, path, options, String(session['access_token']));
      return link === null ? reply : reply.redirect(String(link['url']), 303);
    },
  );
};

/**
 * Makes a call as an application would, over its own connection. Returns null if the call was
 * refused; then the browser has received that response.
 */
async function post(
  { socket, host }: FastifyRequest,
  reply: FastifyReply,
  path: string,
  json: object,
  token?: string,
): Promise<Answer | null> {
  const { localAddress = '', localPort } = socket;
  const address = localAddress.includes(':') ? `[${localAddress}]` : localAddress;
  const answer = await request(`http://${address}:${localPort}${path}`, {
    method: 'POST',
    headers: {
      host,
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(json),
  });
  if (answer.statusCode < 300) return (await answer.body.json()) as Answer;
  reply
    .code(answer.statusCode)
    .type('application/problem+json')
    .send(await answer.body.text());
  return null;
}
