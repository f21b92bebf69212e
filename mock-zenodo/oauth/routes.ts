import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { spacedJson } from '../json.js';
import { authorizeRoutes } from './authorize.js';
import { loginRoutes } from './login.js';
import { multipartFields } from './multipart-fields.js';
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
    async ({ headers }: FastifyRequest, body: Buffer) => multipartFields(body, headers['content-type'] ?? ''),
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
