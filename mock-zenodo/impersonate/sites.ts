import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { isControlPath } from '../path-pattern.js';
import type { Store } from '../store/store.js';
import { nameIn, SITE_NAMES } from './names.js';

/** The other sites that the mock stands in for. They only redirect. */
export const sites = fp(
  async (app) => {
    const { options, store } = app.mock;
    if (!options.impersonate) return;
    app.addHook('onRequest', async (request, reply) => {
      const name = nameIn(request.host);
      const url = request.originalUrl;
      if (!SITE_NAMES.includes(name) || (url !== '/' && isControlPath(url))) return;
      request.fromProxy = true;
      const port = /:\d+$/.exec(request.host)?.[0] ?? '';
      const zenodo = `https://${options.sandbox ? 'sandbox.' : ''}zenodo.org${port}`;
      if (name === 'www.zenodo.org') return redirect(reply, 301, `https://zenodo.org${port}${url}`);
      if (name === 'developers.zenodo.org') return developers(request, reply);
      // Sandbox DOIs belong to DataCite's test system, which doi.org does not know.
      return resolve(request, reply, options.sandbox ? null : store, zenodo);
    });
  },
  { name: 'sites' },
);

/**
 * Like the proxy of the DOI Foundation, redirects to the address that InvenioRDM registers, which
 * is `/doi/…` of the site
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/pids/service.py`). All other
 * DOIs are a 404.
 */
function resolve(request: FastifyRequest, reply: FastifyReply, store: Store | null, zenodo: string) {
  const path = decoded(request.originalUrl.replace(/[?#].*$/s, ''));
  const handle = /^\/api\/handles\/(.+)$/s.exec(path)?.[1];
  const doi = (handle ?? path.slice(1)).replace(/^doi:/i, '');
  const known = store !== null && isRegistered(store, doi);
  const target = `${zenodo}/doi/${doi}`;
  if (handle !== undefined) {
    if (!known) return reply.code(404).send({ responseCode: 100, handle: doi });
    const value = { index: 1, type: 'URL', data: { format: 'string', value: target } };
    return reply.send({ responseCode: 1, handle: doi, values: [value] });
  }
  return known ? redirect(reply, 302, encodeURI(target)) : page(reply, 404, 'DOI Not Found');
}

/** DOIs are compared without regard to case. The DOI of a tombstone still resolves. */
function isRegistered(store: Store, doi: string): boolean {
  const wanted = doi.toLowerCase();
  const same = (other: string | null | undefined) => other?.toLowerCase() === wanted;
  return (
    [...store.depositions.values()].some(({ record }) => same(record?.pids['doi']?.identifier)) ||
    [...store.concepts.values()].some(({ conceptDoi }) => same(conceptDoi))
  );
}

function developers(request: FastifyRequest, reply: FastifyReply) {
  const home = /^\/(\?|$)/.test(request.originalUrl);
  return home ? page(reply, 200, 'Developers | Zenodo') : page(reply, 404, '404 Not Found');
}

function redirect(reply: FastifyReply, status: 301 | 302, location: string) {
  return reply.code(status).header('location', location).type('text/html; charset=utf-8').send('');
}

function page(reply: FastifyReply, status: 200 | 404, title: string) {
  const text = `<!doctype html>\n<html lang=en>\n<title>${title}</title>\n<h1>${title}</h1>\n`;
  return reply.code(status).type('text/html; charset=utf-8').send(text);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
