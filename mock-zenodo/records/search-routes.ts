import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { indexed } from '../deposit/listing.js';
import { shownState } from '../deposit/representation.js';
import { isPublic } from '../files/access.js';
import { requireUser } from '../oauth/identity.js';
import { originOf } from '../origin.js';
import { OWN, RECORDS, readSearch, type Search, search } from '../search/search.js';
import type { Deposition, RecordState } from '../store/model.js';
import { sendPage } from './answer.js';
import { negotiate } from './media-type.js';

/**
 * The advice to guests who ask for too many hits (`zenodo/zenodo-rdm:site/tests/test_search.py`).
 */
const GUEST = {
  maxSize: 25,
  unasked: 'newest',
  advice: ' Please use authenticated requests to increase the limit to 100.',
};
const USER = { maxSize: 100, unasked: 'newest' };

/**
 * Searches all published records, or one's own drafts and records
 * (`inveniosoftware/invenio-records-resources:invenio_records_resources/services/records/service.py`).
 */
export const searchRoutes: FastifyPluginAsync = async (app) => {
  const { mock } = app;
  app.addHook('preHandler', async (request) => {
    negotiate(request);
  });

  app.get('/api/records', async (request, reply) => {
    const user = request.identity?.user;
    const asked = readSearch(request.query, user === undefined ? GUEST : USER);
    const published = [...mock.store.depositions.values()].filter(
      ({ record, ownerId, deleted }) =>
        deleted === null && record !== null && (ownerId === user?.id || isPublic(mock, record)),
    );
    const records = indexed(mock, request, published, RECORDS);
    const { hits, total, aggregations } = search(mock, records, asked, RECORDS);
    return sendPage(request, reply, {
      hits: hits.flatMap((hit): [Deposition, RecordState][] =>
        hit.record === null ? [] : [[hit, hit.record]],
      ),
      total,
      aggregations,
      sort: asked.sort,
      links: pageLinks(request, asked, total),
    });
  });

  app.get('/api/user/records', async (request, reply) => {
    const asked = readSearch(request.query, { maxSize: USER.maxSize });
    const user = requireUser(request);
    const own = [...mock.store.depositions.values()].filter(
      ({ ownerId, deleted }) => deleted === null && ownerId === user.id,
    );
    const { hits, total, aggregations } = search(mock, indexed(mock, request, own, OWN), asked, OWN);
    return sendPage(request, reply, {
      hits: hits.map((hit) => [hit, shownState(hit)]),
      total,
      aggregations,
      sort: asked.sort,
      links: pageLinks(request, asked, total),
    });
  });
};

/** Links to pages, in the body, with all parameters sorted, as Zenodo expands them. */
export function pageLinks(
  request: FastifyRequest,
  { page, size, sort }: Pick<Search, 'page' | 'size' | 'sort'>,
  total: number,
): Record<string, string> {
  const [path = '', query = ''] = (request.raw.url ?? '').split('?');
  const link = (number: number) => {
    const parameters = new URLSearchParams(query);
    parameters.delete('access_token');
    for (const [name, value] of Object.entries({ page: number, size, sort }))
      parameters.set(name, String(value));
    parameters.sort();
    return `${originOf(request)}${path}?${parameters.toString().replaceAll('+', '%20')}`;
  };
  return {
    self: link(page),
    ...(page > 1 && { prev: link(page - 1) }),
    ...(page * size < total && { next: link(page + 1) }),
  };
}
