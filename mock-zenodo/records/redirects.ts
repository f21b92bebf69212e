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

type Query = Record<string, string | undefined>;

/** Old paths, and where they lead. `*` may contain slashes. */
const MOVED = {
  '/record/:id': '/records/:id',
  '/record/:id/files/*': '/records/:id/files/*',
  '/record/:id/preview/*': '/records/:id/preview/*',
  '/record/:id/thumb:size': '/records/:id/thumb:size',
  '/record/:id/export/:format': '/records/:id/export/:format',
  '/records/:id/export/hx': '/records/:id/export/bibtex',
  '/records/:id/export/dcite4': '/records/:id/export/datacite-xml',
  '/records/:id/export/xd': '/records/:id/export/dublincore',
  '/records/:id/export/xm': '/records/:id/export/marcxml',
  '/records/:id/export/dcat': '/records/:id/export/DCAT-AP',
  '/deposit': '/me/uploads?q=&is_published=false',
  '/deposit/:id': '/uploads/:id',
  '/communities/about/:id': '/communities/:id/records',
  '/communities/:id/curate': '/communities/:id/requests',
  '/communities/:id/edit': '/communities/:id/settings',
  '/collection/user-:id': '/communities/:id/records',
  '/dev': 'http://developers.zenodo.org',
  '/faq': 'http://help.zenodo.org',
  '/features': 'http://help.zenodo.org/features/',
  '/whatsnew': 'http://help.zenodo.org/whatsnew/',
  '/about': 'http://about.zenodo.org',
  '/contact': 'http://about.zenodo.org/contact/',
  '/policies': 'http://about.zenodo.org/policies/',
  '/privacy-policy': 'http://about.zenodo.org/privacy-policy/',
  '/terms': 'http://about.zenodo.org/terms/',
  '/donate': 'https://donate.cernandsocietyfoundation.cern/zenodo/~my-donation?_cv=1',
};

/** Old paths that lead to a place that the query decides on, and what it adds at the end. */
const MOVED_BY_QUERY: Record<string, [to: string, end: (query: Query) => string]> = {
  '/record/:id/formats': ['/records/:id/media-files/', ({ mimetype = '' }) => segment(mimetype)],
  '/deposit/new': ['/uploads/new', ({ c }) => (c ? `?community=${encodeURIComponent(c)}` : '')],
  '/communities/:id/search': ['/communities/:id/records?q=', ({ q = '' }) => encodeURIComponent(q)],
};

/**
 * Paths of the platform before 2023 that still work. Pages may have a slash at their end, and lose
 * their query; the API keeps it
 * (`zenodo/zenodo-rdm:site/zenodo_rdm/config.py`, `…/redirector.py`).
 */
export const legacyRedirects: FastifyPluginAsync = async (app) => {
  const pages = [
    ...Object.entries(MOVED).map(([from, to]) => [from, to, () => ''] as const),
    ...Object.entries(MOVED_BY_QUERY).map(([from, [to, end]]) => [from, to, end] as const),
  ];
  for (const [from, to, end] of pages) {
    for (const path of from.endsWith('*') ? [from] : [from, `${from}/`]) {
      app.get(path, async (request, reply) =>
        redirectPage(reply, 301, filled(request, to) + end(request.query as Query)),
      );
    }
  }
  for (const [from, to] of [
    ['/api/records/', '/api/records'],
    ['/api/licenses', '/api/vocabularies/licenses'],
    ['/api/licenses/', '/api/vocabularies/licenses'],
  ] as const) {
    app.get(from, async (request, reply) => redirectPage(reply, 301, withQuery(request, to)));
  }
  app.get('/api/vocabularies', async (request, reply) =>
    redirectPage(reply, 308, withQuery(request, '/api/vocabularies/')),
  );
};

/** A target with the parameters of the request's path. */
function filled(request: FastifyRequest, target: string): string {
  const params = request.params as Record<string, string>;
  if (target.startsWith('http')) return target;
  return target.replace(/:(\w+)|\*/g, (_, name = '*') =>
    (params[name] ?? '').split('/').map(segment).join('/'),
  );
}

/** A part of a path, in which fewer signs are encoded than in a query. */
function segment(text: string): string {
  return encodeURIComponent(text).replace(/%(?:24|26|2B|2C|3A|3B|3D|40)/g, decodeURIComponent);
}

function withQuery(request: FastifyRequest, path: string): string {
  return `${path}${/\?.*$/s.exec(request.raw.url ?? '')?.[0] ?? ''}`;
}
