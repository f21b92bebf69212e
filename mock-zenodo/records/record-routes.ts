import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { MockContext } from '../context.js';
import { indexed } from '../deposit/listing.js';
import { findDeposition, findRecord } from '../deposit/lookup.js';
import { pidNotRegistered } from '../errors.js';
import { mayRead, requireReadable } from '../files/access.js';
import { originOf } from '../origin.js';
import { readSearch, search, sizesFor, VERSIONS } from '../search/search.js';
import type { Deposition } from '../store/model.js';
import { published, sendPage, sendRecord } from './answer.js';
import { negotiate } from './media-type.js';
import { movedPermanently, redirectPage } from './redirects.js';
import { pageLinks } from './search-routes.js';
import { publishedVersions } from './versions.js';

type ById = FastifyRequest<{ Params: { id: string } }>;

/**
 * Published records and their versions
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/resources.py`).
 */
export const recordRoutes: FastifyPluginAsync = async (app) => {
  const { mock } = app;
  app.addHook('preHandler', async (request) => {
    negotiate(request);
  });

  app.get('/api/records/:id', async (request: ById, reply) => {
    const newest = newestOfConcept(mock, request.params.id);
    if (newest !== undefined) {
      return redirectPage(reply, 302, `${originOf(request)}/api/records/${newest.id}`);
    }
    const { deposition, record } = findRecord(mock, request.params.id);
    requireReadable(mock, deposition, record, request.identity?.user);
    const self = `${originOf(request)}/api/records/${deposition.id}`;
    reply.header('link', `<${self}> ; rel="linkset" ; type="application/linkset+json"`);
    return sendRecord(request, reply, 200, deposition, record);
  });

  app.get('/api/records/:id/versions/latest', async (request: ById, reply) => {
    const { deposition } = findRecord(mock, request.params.id);
    const newest = publishedVersions(mock, deposition.conceptId).at(-1) ?? deposition;
    return movedPermanently(reply, `${originOf(request)}/api/records/${newest.id}`);
  });

  app.get('/api/records/:id/versions', async (request: ById, reply) => {
    const user = request.identity?.user;
    const { sort, ...asked } = readSearch(request.query, { ...sizesFor(user), unasked: 'version' });
    const deposition = findDeposition(mock, request.params.id);
    if (deposition.record !== null) requireReadable(mock, deposition, deposition.record, user);
    const versions = publishedVersions(mock, deposition.conceptId).filter(
      (version) => version.record !== null && mayRead(mock, version, version.record, user),
    );
    const all = { ...asked, sort: sort === 'bestmatch' ? 'version' : sort, allVersions: true };
    const { hits, total } = search(mock, indexed(request, versions, VERSIONS), all, VERSIONS);
    return sendPage(request, reply, {
      hits: published(hits),
      total,
      aggregations: {},
      sort: all.sort,
      links: pageLinks(request, all, total),
    });
  });
};

/** The newest published version, if the id is that of a concept. Throws 404 if there is none. */
export function newestOfConcept(mock: MockContext, id: string): Deposition | undefined {
  const concept = /^[1-9]\d{0,14}$/.test(id) ? mock.store.concepts.get(Number(id)) : undefined;
  if (concept === undefined) return undefined;
  const newest = publishedVersions(mock, concept.id).at(-1);
  if (newest === undefined) throw pidNotRegistered();
  return newest;
}
