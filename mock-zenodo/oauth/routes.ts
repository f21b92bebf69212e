import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { spacedJson } from '../json.js';
import { authorizeRoutes } from './authorize.js';
import { loginRoutes } from './login.js';
import { pingRoutes } from './ping.js';
import { AuthorizeError, TokenError } from './protocol-errors.js';
import { sendTo } from './redirect.js';
import { TOKEN_HEADERS, tokenRoutes } from './token-endpoint.js';

/**
 * Zenodo's OAuth server: authorization, tokens, ping and the login that the consent page needs. It
 * reads only forms; other bodies count as empty.
 */
export const oauthRoutes: FastifyPluginAsync = async (app) => {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    async (_request: unknown, body: string) => new URLSearchParams(body),
  );
  app.addContentTypeParser(
    'multipart/form-data',
    { parseAs: 'buffer' },
    async ({ headers }: FastifyRequest, body: Buffer<ArrayBuffer>) =>
      textFields(body, headers['content-type'] ?? ''),
  );
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async () => null);

  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof AuthorizeError) return sendTo(reply, error.location);
    if (!(error instanceof TokenError)) throw error;
    if (error.status === 401) reply.header('www-authenticate', `Bearer error="${error.error}"`);
    const body = { error: error.error, error_description: error.description };
    return reply.code(error.status).headers(TOKEN_HEADERS).send(spacedJson(body));
  });

  await app.register(authorizeRoutes);
  await app.register(tokenRoutes);
  await app.register(pingRoutes);
  await app.register(loginRoutes);
};

/**
 * The text fields of a multipart form, which are none if it cannot be parsed. Files are no fields
 * (`pallets/werkzeug:src/werkzeug/formparser.py`).
 */
async function textFields(body: Buffer<ArrayBuffer>, type: string): Promise<URLSearchParams> {
  const form = await new Response(body, { headers: { 'content-type': type } }).formData().catch(() => null);
  const fields = [...(form ?? [])].filter((field): field is [string, string] => typeof field[1] === 'string');
  return new URLSearchParams(fields);
}
