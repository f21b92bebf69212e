import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyPluginAsync } from 'fastify';
import Negotiator from 'negotiator';
import { pageScript } from '../page/script.js';
import { PAGE_HEADERS, pageShell } from '../page/shell.js';
import { PAGE_STYLE } from '../page/style.js';
import { languageOf } from '../user-messages/user-message.js';

/**
 * The page on which a user sends files with an upload link. It is open to everybody and fetches its
 * content with the secret of the link.
 */
export const uploadPageRoutes: FastifyPluginAsync = async (app) => {
  let script: ReturnType<typeof loadScript> | null = null;
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
    script ??= loadScript();
    const { text, packed, etag } = await script.catch((error: unknown) => {
      script = null;
      throw error;
    });
    reply.headers({ 'cache-control': 'no-cache', etag, vary: 'accept-encoding' });
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    reply.type('text/javascript; charset=utf-8');
    if (new Negotiator(request).encoding(['gzip', 'identity']) !== 'gzip') return reply.send(text);
    return reply.header('content-encoding', 'gzip').send(packed);
  });
};

/** The script as it is sent: packed once, so that it is small without a proxy that packs it. */
async function loadScript(): Promise<{ text: string; packed: Buffer; etag: string }> {
  const text = await pageScript();
  const packed = await promisify(gzip)(text);
  // Weak: it is the same whether it is packed or not.
  const etag = `W/"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
  return { text, packed, etag };
}
