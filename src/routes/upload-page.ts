import { createHash } from 'node:crypto';
import type { FastifyPluginAsync } from 'fastify';
import { pageScript } from '../page/script.js';
import { PAGE_HEADERS, pageShell } from '../page/shell.js';
import { PAGE_STYLE } from '../page/style.js';
import { languageOf } from '../user-messages/user-message.js';

/**
 * The page on which a user sends files with an upload link. It is open to everybody and fetches its
 * content with the secret of the link.
 */
export const uploadPageRoutes: FastifyPluginAsync = async (app) => {
  let script: Promise<string> | null = null;
  const path = app.config.publicUrl === undefined ? '' : new URL(app.config.publicUrl).pathname;
  const base = path.replace(/\/$/, '');

  app.get('/upload', { schema: { hide: true } }, async (request, reply) =>
    reply
      .headers(PAGE_HEADERS)
      .type('text/html; charset=utf-8')
      .send(pageShell(languageOf(request), base)),
  );

  app.get('/upload/page.css', { schema: { hide: true } }, async (_request, reply) =>
    reply.type('text/css; charset=utf-8').header('cache-control', 'no-cache').send(PAGE_STYLE),
  );

  app.get('/upload/page.js', { schema: { hide: true } }, async (request, reply) => {
    script ??= pageScript();
    const text = await script.catch((error: unknown) => {
      script = null;
      throw error;
    });
    const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
    reply.header('cache-control', 'no-cache').header('etag', etag);
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    return reply.type('text/javascript; charset=utf-8').send(text);
  });
};
