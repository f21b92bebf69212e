import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { spacedJson } from '../json.js';

/**
 * Redirects as the web framework sends them: with a small page for clients that do not follow them.
 */
export function redirectPage(reply: FastifyReply, status: 301 | 302 | 308, location: string): FastifyReply {
  const escaped = location.replaceAll('&', '&amp;').replaceAll('"', '&#34;').replaceAll('<', '&lt;');
  const link = `<a href="${escaped}">${escaped}</a>`;
  const page = `<!doctype html>\n<html lang=en>\n<title>Redirecting...</title>\n<h1>Redirecting...</h1>\n<p>You should be redirected automatically to the target URL: ${link}. If not, click the link.\n`;
  return reply.code(status).header('location', location).type('text/html; charset=utf-8').send(page);
}

/** 301 of the records API, with a JSON body that repeats the target. */
export function movedPermanently(reply: FastifyReply, location: string): FastifyReply {
  const body = { status: 301, message: 'Moved Permanently.', location };
  return reply.code(301).header('location', location).type('application/json').send(spacedJson(body));
}

/**
 * Paths of the platform before 2023 that still work
 * (`zenodo/zenodo-rdm:site/zenodo_rdm/config.py`).
 */
export const legacyRedirects: FastifyPluginAsync = async (app) => {
  const moved = [
    ['/record/:id', '/records/:id'],
    ['/record/:id/files/:name', '/records/:id/files/:name'],
    ['/record/:id/export/:format', '/records/:id/export/:format'],
    ['/records/:id/export/hx', '/records/:id/export/bibtex'],
    ['/records/:id/export/dcite4', '/records/:id/export/datacite-xml'],
    ['/records/:id/export/xd', '/records/:id/export/dublincore'],
    ['/deposit/:id', '/uploads/:id'],
    ['/api/records/', '/api/records'],
    ['/api/licenses', '/api/vocabularies/licenses'],
    ['/api/licenses/', '/api/vocabularies/licenses'],
  ] as const;
  for (const [from, to] of moved) {
    app.get(from, async (request, reply) => redirectPage(reply, 301, target(request, to)));
  }
  app.get('/api/vocabularies', async (request, reply) =>
    redirectPage(reply, 308, target(request, '/api/vocabularies/')),
  );
};

function target(request: FastifyRequest, pattern: string): string {
  const params = request.params as Record<string, string>;
  const path = pattern.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const query = /\?.*$/s.exec(request.raw.url ?? '')?.[0] ?? '';
  return `${path}${query}`;
}
