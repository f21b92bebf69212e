import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { indexed } from '../deposit/listing.js';
import { jsonBody } from '../deposit/negotiation.js';
import { permissionDenied, validationError } from '../errors.js';
import { mayRead } from '../files/access.js';
import { isObject, MISSING } from '../metadata/checks.js';
import { published, sendPage } from '../records/answer.js';
import { negotiate } from '../records/media-type.js';
import { pageLinks } from '../records/search-routes.js';
import { RECORDS, readSearch, search, sizesFor } from '../search/search.js';
import { sendJson } from './answer.js';
import { communitiesOf, findCommunity, isCurator } from './communities.js';

type ById = FastifyRequest<{ Params: { id: string } }>;

/**
 * The records of a community
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/resources.py`).
 */
export const communityRecordRoutes: FastifyPluginAsync = async (app) => {
  const { mock } = app;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.addHook('preHandler', async (request) => {
    negotiate(request);
  });

  app.get('/api/communities/:id/records', async (request: ById, reply) => {
    const user = request.identity?.user;
    const asked = readSearch(request.query, sizesFor(user));
    const community = findCommunity(mock, request.params.id, user);
    const records = [...mock.store.depositions.values()].filter(
      (deposition) =>
        deposition.deleted === null &&
        communitiesOf(mock, deposition).includes(community) &&
        deposition.record !== null &&
        mayRead(mock, deposition, deposition.record, user),
    );
    const found = search(mock, indexed(request, records, RECORDS), asked, RECORDS);
    const { hits, total, aggregations } = found;
    return sendPage(request, reply, {
      hits: published(hits),
      total,
      aggregations,
      sort: asked.sort,
      links: pageLinks(request, asked, total),
    });
  });

  app.delete('/api/communities/:id/records', async (request: ById, reply) => {
    const ids = recordIds(jsonBody(request));
    const community = findCommunity(mock, request.params.id, request.identity?.user);
    if (!isCurator(community, request.identity?.user)) throw permissionDenied();
    const errors: Record<string, unknown>[] = [];
    for (const id of ids) {
      const concept = mock.store.concepts.get(mock.store.depositions.get(Number(id))?.conceptId ?? 0);
      if (concept === undefined) errors.push({ record: id, message: 'The record does not exist.' });
      else if (!concept.communityIds.includes(community.id)) {
        const message = `The record ${id} in not included in the community ${community.id}.`;
        errors.push({ record: id, message });
      } else concept.communityIds = concept.communityIds.filter((one) => one !== community.id);
    }
    return sendJson(request, reply, 200, errors.length > 0 ? { errors } : {});
  });
};

/** `{"records": [{"id": "…"}]}`. Throws 400 for anything else. */
function recordIds(body: unknown): string[] {
  const list = isObject(body) ? body['records'] : undefined;
  const ids = Array.isArray(list) ? list.map((item: unknown) => (isObject(item) ? item['id'] : item)) : [];
  if (ids.length === 0 || !ids.every((id) => typeof id === 'string')) {
    throw validationError([{ field: 'records', messages: [MISSING] }]);
  }
  return ids.map(String);
}
