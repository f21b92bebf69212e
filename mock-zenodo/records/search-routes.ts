import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { indexed } from '../deposit/listing.js';
import { shownState } from '../deposit/representation.js';
import { isPublic } from '../files/access.js';
import { spacedJson } from '../json.js';
import { requireUser } from '../oauth/identity.js';
import { originOf } from '../origin.js';
import { readSearch, type Search, search } from '../search/search.js';
import type { Deposition } from '../store/model.js';
import { recordJson } from './answer.js';
import { contentTypeOf, dialectOf } from './media-type.js';

const GUEST_SIZE = 25;
const USER_SIZE = 100;

/** Searching all published records, and one's own drafts and records (`inveniosoftware/invenio-records-resources:invenio_records_resources/services/records/service.py`). */
export const searchRoutes: FastifyPluginAsync = async (app) => {
  const { mock } = app;
  app.addHook('preHandler', async (request) => {
    dialectOf(request);
  });

  app.get('/api/records', async (request, reply) => {
    const user = request.identity?.user;
    const asked = readSearch(request.query, { maxSize: user === undefined ? GUEST_SIZE : USER_SIZE });
    const records = all(request).filter(
      ({ record, ownerId }) => record !== null && (ownerId === user?.id || isPublic(mock, record)),
    );
    return sendHits(request, reply, asked, search(mock, records, asked), ({ record }) => record);
  });

  app.get('/api/user/records', async (request, reply) => {
    const asked = readSearch(request.query, { maxSize: USER_SIZE });
    const user = requireUser(request);
    const own = all(request).filter(({ ownerId }) => ownerId === user.id);
    return sendHits(request, reply, asked, search(mock, own, asked), shownState);
  });

  const all = (request: FastifyRequest) =>
    indexed(
      mock,
      request,
      [...mock.store.depositions.values()].filter(({ deleted }) => deleted === null),
    );
};

function sendHits(
  request: FastifyRequest,
  reply: FastifyReply,
  asked: Search,
  { hits, total }: { hits: Deposition[]; total: number },
  stateOf: (deposition: Deposition) => ReturnType<typeof shownState> | null,
): FastifyReply {
  const dialect = dialectOf(request);
  const shown = hits.flatMap((deposition) => {
    const state = stateOf(deposition);
    return state === null ? [] : [recordJson(request, deposition, state, dialect)];
  });
  const body = {
    hits: { hits: shown, total },
    aggregations: {},
    ...(dialect === 'rdm' && { sortBy: asked.sort }),
    links: pageLinks(request, asked, total),
  };
  return reply.type(contentTypeOf(request, dialect)).send(spacedJson(body));
}

/** Links to pages, in the body: all parameters sorted, as Zenodo expands them. */
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
