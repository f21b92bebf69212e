import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { eitherJson, jsonBody, negotiateJson } from '../deposit/negotiation.js';
import { DomainError } from '../errors.js';
import { spacedJson } from '../json.js';
import { pageLinks } from '../records/search-routes.js';
import { matches } from '../search/query-match.js';
import { readQuery, readSearch, type Search } from '../search/search.js';

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
 * Responds with a page of what a search finds, each shown by `show`, newest first. `sizes` limits
 * the size of a page, by default to 100.
 */
export function sendHits<Item extends { created: string; updated: string }>(
  request: FastifyRequest,
  reply: FastifyReply,
  candidates: Item[],
  show: (item: Item) => Record<string, unknown>,
  sizes: { maxSize?: number; defaultSize?: number } = {},
): FastifyReply {
  const asked = search(request, sizes);
  const query = readQuery(asked.q);
  const found = candidates.map((item) => show(item)).filter((shown) => matches(query, shown));
  const key = asked.sort.startsWith('updated') ? 'updated' : 'created';
  const sign = asked.sort === 'oldest' || asked.sort === 'updated-asc' ? 1 : -1;
  found.sort((a, b) => sign * (String(a[key]) < String(b[key]) ? -1 : 1));
  const hits = found.slice((asked.page - 1) * asked.size, asked.page * asked.size);
  return sendJson(request, reply, 200, {
    hits: { hits, total: found.length },
    aggregations: {},
    sortBy: asked.sort,
    links: pageLinks(request, asked, found.length),
  });
}

function search(request: FastifyRequest, sizes: { maxSize?: number; defaultSize?: number }): Search {
  const asked = readSearch(request.query, { maxSize: 100, ...sizes });
  if (asked.page * asked.size > 10_000) throw new DomainError(400, 'Invalid querystring parameters.');
  const given = (request.query as Record<string, unknown>)['sort'] !== undefined;
  return given || asked.q !== '' ? asked : { ...asked, sort: 'newest' };
}
