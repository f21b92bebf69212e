import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { indexed } from '../deposit/listing.js';
import { shownState } from '../deposit/representation.js';
import { validationError } from '../errors.js';
import { isPublic } from '../files/access.js';
import { requireUser } from '../oauth/identity.js';
import { originOf } from '../origin.js';
import { OWN, RECORDS, readBoolean, readSearch, type Search, search, sizesFor } from '../search/search.js';
import { published, sendPage } from './answer.js';
import { negotiate } from './media-type.js';
import { oldFilter } from './old-filters.js';

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
    const asked = readSearch(request.query, sizesFor(user));
    const passes = oldFilter(mock, request.query);
    const readable = [...mock.store.depositions.values()].filter((deposition) => {
      const { record, ownerId, deleted } = deposition;
      if (deleted !== null || record === null) return false;
      return (ownerId === user?.id || isPublic(mock, record)) && passes(deposition, record);
    });
    const records = indexed(request, readable, RECORDS);
    const { hits, total, aggregations } = search(mock, records, asked, RECORDS);
    return sendPage(request, reply, {
      hits: published(hits),
      total,
      aggregations,
      sort: asked.sort,
      links: pageLinks(request, asked, total),
    });
  });

  app.get('/api/user/records', async (request, reply) => {
    const asked = readSearch(request.query, sizesFor(request.identity?.user));
    const { shared_with_me: shared = 'false' } = request.query as Record<string, string | undefined>;
    const foreign = readBoolean(shared);
    if (foreign === undefined) {
      throw validationError([{ field: 'shared_with_me', messages: ['Not a valid boolean.'] }]);
    }
    const user = requireUser(request);
    // The mock does not imitate sharing.
    const own = [...mock.store.depositions.values()].filter(
      ({ ownerId, deleted }) => deleted === null && ownerId === user.id && !foreign,
    );
    const { hits, total, aggregations } = search(mock, indexed(request, own, OWN), asked, OWN);
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
