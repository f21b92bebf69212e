import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { eitherJson, jsonBody, negotiateJson, RDM_TYPE } from '../deposit/negotiation.js';
import { notFound, permissionDenied, pidDoesNotExist } from '../errors.js';
import { spacedJson } from '../json.js';
import { requireUser } from '../oauth/identity.js';
import { originOf } from '../origin.js';
import { awardFacets, type Facets, narrow, readFacets } from '../search/facets.js';
import { matches } from '../search/query-match.js';
import { bestFirst } from '../search/relevance.js';
import { readQuery, readSearch, requireWithinWindow, type Search } from '../search/search.js';
import { unknownOrder } from '../search/sort.js';
import { localisedEntry } from './localised-entry.js';
import { pageLinks } from './search-routes.js';
import { type Entry, VOCABULARIES, VOCABULARY_TYPES } from './vocabularies.js';

type Query = Record<string, string | string[] | undefined>;
type ById = { Params: { id: string } };

/**
 * Searches and entries of vocabularies
 * (`inveniosoftware/invenio-vocabularies:invenio_vocabularies/resources/config.py`).
 */
export const vocabularyRoutes: FastifyPluginAsync = async (app) => {
  negotiateJson(app, eitherJson);

  const { store, clock } = app.mock;

  // Only the names of vocabularies are searched, and the limit of other searches does not apply.
  app.get<{ Querystring: Query }>('/api/vocabularies/', async (request, reply) => {
    const asked = readSearch(request.query, { unasked: 'id' });
    const found = VOCABULARY_TYPES.filter(({ id }) => id.toLowerCase().includes(asked.q.toLowerCase()));
    const shown = found.slice((asked.page - 1) * asked.size, asked.page * asked.size);
    const hits = shown.map(({ id, pidType, custom }) => {
      const path = custom ? id : `vocabularies/${id}`;
      const known = VOCABULARIES.get(path)?.entries() ?? [];
      const added = (store.vocabularies.get(path) ?? []).filter((entry) =>
        known.every((one) => one.id !== entry.id),
      );
      return { id, pid_type: pidType, count: known.length + added.length, is_custom_vocabulary: custom };
    });
    const sorted = { ...asked, sort: 'id' };
    const body = { hits: { hits, total: found.length }, links: pageLinks(request, sorted, found.length) };
    return reply.type(eitherJson(request)).send(spacedJson(body));
  });

  app.get('/api/vocabularies/:type', async () => {
    throw notFound();
  });
  app.get('/api/vocabularies/:type/:id', async () => {
    throw pidDoesNotExist();
  });

  for (const [path, { sort: unasked, entries: known, find }] of VOCABULARIES) {
    // A colon in a route is written twice.
    const route = `/api/${path.replace(':', '::')}`;
    // Seeded entries come first, and replace those with the same id.
    const seeded = () => store.vocabularies.get(path) ?? [];
    const entries = () => [
      ...seeded(),
      ...known().filter(({ id }) => seeded().every((entry) => entry.id !== id)),
    ];
    app.get<{ Querystring: Query }>(route, async (request, reply) => {
      if (path === 'names') requireUser(request);
      const asked = readSearch(request.query, { unasked });
      if (!['bestmatch', unasked, 'newest', 'oldest'].includes(asked.sort)) throw unknownOrder(asked.sort);
      requireWithinWindow(asked);
      const found = searched(entries(), asked, request.query).map((document) => ({ document }));
      const facets = facetsOf(path);
      const { left, aggregations } = narrow(facets, readFacets(facets, request.query), found, clock.now());
      const hits = left.slice((asked.page - 1) * asked.size, asked.page * asked.size);
      const body = {
        hits: { hits: hits.map(({ document }) => shown(request, path, document)), total: left.length },
        ...(path === 'awards' && { aggregations }),
        sortBy: asked.sort,
        links: pageLinks(request, asked, left.length),
      };
      return reply.type(eitherJson(request)).send(spacedJson(body));
    });

    const entryNamed = (wanted: string): Entry => {
      const named = ({ id }: Entry) => id === wanted;
      const entry = seeded().find(named) ?? find?.(wanted) ?? known().find(named);
      if (entry === undefined) throw pidDoesNotExist();
      return entry;
    };
    app.get<ById>(`${route}/:id`, async (request, reply) => {
      if (path === 'names') requireUser(request);
      const entry = entryNamed(request.params.id);
      return reply
        .type(eitherJson(request))
        .header('etag', `"${entry['revision_id'] ?? 1}"`)
        .send(spacedJson(shown(request, path, entry)));
    });

    // Only the system writes entries.
    app.post(route, async (request) => {
      jsonBody(request);
      throw permissionDenied();
    });
    app.put<ById>(`${route}/:id`, async (request) => {
      jsonBody(request);
      entryNamed(request.params.id);
      throw permissionDenied();
    });
    app.delete<ById>(`${route}/:id`, async (request) => {
      entryNamed(request.params.id);
      throw permissionDenied();
    });
  }

  function facetsOf(path: string): Facets {
    const funders = [
      ...(store.vocabularies.get('funders') ?? []),
      ...(VOCABULARIES.get('funders')?.entries() ?? []),
    ];
    const label = (id: string) => {
      const funder = funders.find((entry) => entry.id === id);
      return funder === undefined ? id : `${funder.title.en} (${funder['country']})`;
    };
    return path === 'awards' ? awardFacets(label) : {};
  }
};

/**
 * The entries that match `q` as a query or by parts of their words, match `suggest` by the latter
 * alone, and have the tag.
 */
function searched(entries: Entry[], { q, sort }: Search, query: Query): Entry[] {
  const first = (name: string) => [query[name]].flat()[0] ?? '';
  const tag = first('tags');
  const parsed = readQuery(q);
  const [asked, suggested] = [wordsOf(q), wordsOf(first('suggest'))];
  const found = entries.filter(
    (entry) =>
      (hasWords(entry, asked) || matches(parsed, entry)) &&
      hasWords(entry, suggested) &&
      (tag === '' || (Array.isArray(entry['tags']) && entry['tags'].includes(tag))),
  );
  if (sort !== 'bestmatch') return found;
  const named = (entry: Entry) => (isNamed(entry, first('suggest')) ? 0 : 1);
  return bestFirst(found, parsed, (entry) => entry).sort((a, b) => named(a) - named(b));
}

/** Whether a text is the id, acronym or number of an entry, which weigh most in suggestions. */
function isNamed({ id, ...more }: Entry, text: string): boolean {
  return [id, more['acronym'], more['number']].some(
    (name) => String(name).toLowerCase() === text.toLowerCase(),
  );
}

/** The words of a text, each once. */
function wordsOf(text: string): string[] {
  return [...new Set(text.toLowerCase().split(/\s+/))];
}

/** Where words are looked for, besides id and title (`suggest_parser_cls` of each vocabulary). */
const SUGGESTED = ['acronym', 'name', 'aliases', 'number', 'country_name', 'scheme', 'synonyms'];

function hasWords({ id, title, identifiers, ...more }: Entry, words: string[]): boolean {
  const known = Array.isArray(identifiers) ? identifiers.map(({ identifier }) => identifier) : [];
  const text = [id, ...Object.values(title), ...SUGGESTED.map((name) => more[name] ?? ''), ...known]
    .flat()
    .join(' ')
    .toLowerCase();
  return words.every((word) => text.includes(word));
}

function shown(request: FastifyRequest, path: string, entry: Entry): Record<string, unknown> {
  const localised = eitherJson(request) === RDM_TYPE ? localisedEntry(path, entry) : undefined;
  if (localised !== undefined) return localised;
  const { id, created, updated, ...more } = entry;
  return { id, created, updated, links: { self: `${originOf(request)}/api/${path}/${id}` }, ...more };
}
