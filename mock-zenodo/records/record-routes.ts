import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { MockContext } from '../context.js';
import { findDeposition, findRecord } from '../deposit/lookup.js';
import { pidNotRegistered } from '../errors.js';
import { requireReadable } from '../files/access.js';
import { originOf } from '../origin.js';
import type { Deposition, RecordState } from '../store/model.js';
import { sendPage, sendRecord } from './answer.js';
import { negotiate } from './media-type.js';
import { movedPermanently, redirectPage } from './redirects.js';
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
    const { conceptId } = findDeposition(mock, request.params.id);
    const hits = publishedVersions(mock, conceptId)
      .reverse()
      .flatMap((version): [Deposition, RecordState][] =>
        version.record === null ? [] : [[version, version.record]],
      );
    const self = `${originOf(request)}/api/records/${request.params.id}/versions?page=1&size=25&sort=version`;
    const page = { hits, total: hits.length, aggregations: {}, sort: 'version', links: { self } };
    return sendPage(request, reply, page);
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
