import type { FastifyPluginAsync } from 'fastify';
import { pageScript } from '../page/script.js';
import { PAGE_HEADERS, pageShell } from '../page/shell.js';
import { PAGE_STYLE } from '../page/style.js';
import { sharedText } from '../shared-text.js';
import { languageOf } from '../user-messages/user-message.js';

/**
 * The page on which a user sends files with an upload link. It is open to everybody and fetches its
 * content with the secret of the link.
 */
export const uploadPageRoutes: FastifyPluginAsync = async (app) => {
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

  const script = sharedText('text/javascript; charset=utf-8', pageScript);
  app.get('/upload/page.js', { schema: { hide: true } }, script);
};
