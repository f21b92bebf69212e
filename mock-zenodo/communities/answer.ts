import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { indexedUntil } from '../deposit/listing.js';
import { eitherJson, jsonBody, negotiateJson } from '../deposit/negotiation.js';
import { spacedJson } from '../json.js';
import { pageLinks } from '../records/search-routes.js';
import { type Facets, narrow, readFacets } from '../search/facets.js';
import { matches } from '../search/query-match.js';
import { bestFirst } from '../search/relevance.js';
import { readQuery, readSearch, requireWithinWindow, type Search } from '../search/search.js';
import { unknownOrder } from '../search/sort.js';

/** Makes an encapsulated part of the mock read and return JSON, under either of its names. */
export function negotiateEither(app: FastifyInstance): void {
  negotiateJson(app, eitherJson);
}

/** Responds with JSON under the name that the client asked for. */
export function sendJson(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  body: unknown,
): FastifyReply {
  return reply.code(status).header('content-type', eitherJson(request)).send(spacedJson(body));
}

/** The JSON body, or an empty object if none was sent. Throws as `jsonBody` does. */
export function optionalBody(request: FastifyRequest): unknown {
  const absent = !Buffer.isBuffer(request.body) || request.body.length === 0;
  return absent ? {} : jsonBody(request);
}

/**
 * The orders of these searches: by creation, by change, or by the last activity, which for the mock
 * is the last change.
 */
const ORDERS = new Map<string, { key: 'created' | 'updated'; sign: 1 | -1 }>([
  ['bestmatch', { key: 'created', sign: -1 }],
  ['name', { key: 'created', sign: 1 }],
  ['newest', { key: 'created', sign: -1 }],
  ['oldest', { key: 'created', sign: 1 }],
  ['version', { key: 'created', sign: -1 }],
  ['updated-desc', { key: 'updated', sign: -1 }],
  ['updated-asc', { key: 'updated', sign: 1 }],
  ['newestactivity', { key: 'updated', sign: -1 }],
  ['oldestactivity', { key: 'updated', sign: 1 }],
]);

/**
 * Responds with a page of what a search finds, each shown by `show`, newest first, filtered and
 * counted by `facets`. Pages may have any size, unless it is `fixed`. Throws 400 for an unknown
 * order.
 */
export function sendHits<Item extends { created: string; updated: string }>(
  request: FastifyRequest,
  reply: FastifyReply,
  candidates: Item[],
  show: (item: Item) => Record<string, unknown>,
  { facets = {}, fixed }: { facets?: Facets; fixed?: Pick<Search, 'page' | 'size'> } = {},
): FastifyReply {
  const asked = { ...readSearch(request.query), ...fixed };
  requireWithinWindow(asked);
  const order = ORDERS.get(asked.sort);
  if (order === undefined) throw unknownOrder(asked.sort);
  const { key, sign } = order;
  const query = readQuery(asked.q);
  const limit = indexedUntil(request);
  const found = candidates
    .filter(({ created }) => Date.parse(created) <= limit)
    .map((item) => ({ document: show(item) }))
    .filter(({ document }) => matches(query, document));
  const now = request.server.mock.clock.now();
  const { left, aggregations } = narrow(facets, readFacets(facets, request.query), found, now);
  const shown = left.map(({ document }) => document);
  shown.sort((a, b) => sign * (String(a[key]) < String(b[key]) ? -1 : 1));
  const sorted = asked.sort === 'bestmatch' ? bestFirst(shown, query, (one) => one) : shown;
  const hits = sorted.slice((asked.page - 1) * asked.size, asked.page * asked.size);
  return sendJson(request, reply, 200, {
    hits: { hits, total: shown.length },
    aggregations,
    sortBy: asked.sort,
    links: pageLinks(request, asked, shown.length),
  });
}
