import type { FastifyPluginAsync } from 'fastify';
import { iso6393 } from 'iso-639-3';
import { eitherJson } from '../deposit/negotiation.js';
import { pidDoesNotExist, routeNotFound } from '../errors.js';
import { spacedJson } from '../json.js';
import { LICENCE_IDS } from '../metadata/vocabularies/licence-ids.js';
import { RESOURCE_TYPE_IDS } from '../metadata/vocabularies/resource-types.js';
import { originOf } from '../origin.js';
import { readSearch } from '../search/search.js';
import { pageLinks } from './search-routes.js';
import { languageTitle, licenceTitle, resourceTypeTitle } from './titles.js';

interface Entry {
  id: string;
  title: { en: string };
  [key: string]: unknown;
}

const entries = (ids: Iterable<string>, titleOf: (id: string) => string, more: (id: string) => object) =>
  [...ids].map((id): Entry => ({ id, title: { en: titleOf(id) }, ...more(id) }));

/** The vocabularies that clients look things up in, made when first asked for. */
const VOCABULARIES = new Map<string, () => Entry[]>([
  [
    'licenses',
    () =>
      entries(LICENCE_IDS, licenceTitle, (id) => ({
        props: { url: `https://spdx.org/licenses/${id}`, scheme: 'spdx', osi_approved: '' },
        tags: ['all'],
        type: 'licenses',
      })),
  ],
  [
    'languages',
    () =>
      entries(
        iso6393.map(({ iso6393: id }) => id),
        languageTitle,
        () => ({ type: 'languages' }),
      ),
  ],
  [
    'resourcetypes',
    () =>
      entries(RESOURCE_TYPE_IDS, resourceTypeTitle, (id) => {
        const [type, subtype = ''] = id.split('-');
        return { props: { type, subtype }, tags: ['depositable', 'linkable'], type: 'resourcetypes' };
      }),
  ],
]);

/** `/api/vocabularies/:type` (`inveniosoftware/invenio-vocabularies:invenio_vocabularies/resources/resource.py`). */
export const vocabularyRoutes: FastifyPluginAsync = async (app) => {
  app.addHook('preHandler', async (request) => {
    eitherJson(request);
  });

  app.get<{ Params: { type: string } }>('/api/vocabularies/:type', async (request, reply) => {
    const vocabulary = VOCABULARIES.get(request.params.type);
    if (vocabulary === undefined) throw routeNotFound();
    const asked = readSearch(request.query, { maxSize: 10_000 });
    const words = asked.q.toLowerCase().split(/\s+/).filter(Boolean);
    const found = vocabulary().filter(({ id, title }) => {
      const text = `${id} ${title.en}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
    const hits = found.slice((asked.page - 1) * asked.size, asked.page * asked.size);
    const sort = asked.q === '' ? 'title' : 'bestmatch';
    const body = {
      hits: {
        hits: hits.map((entry) => linked(originOf(request), request.params.type, entry)),
        total: found.length,
      },
      sortBy: sort,
      links: pageLinks(request, { ...asked, sort }, found.length),
    };
    return reply.type(eitherJson(request)).send(spacedJson(body));
  });

  app.get<{ Params: { type: string; id: string } }>('/api/vocabularies/:type/:id', async (request, reply) => {
    const { type, id } = request.params;
    const vocabulary = VOCABULARIES.get(type);
    if (vocabulary === undefined) throw routeNotFound();
    const entry = vocabulary().find((one) => one.id === id);
    if (entry === undefined) throw pidDoesNotExist();
    return reply.type(eitherJson(request)).send(spacedJson(linked(originOf(request), type, entry)));
  });
};

function linked(origin: string, type: string, entry: Entry): Record<string, unknown> {
  return { ...entry, links: { self: `${origin}/api/vocabularies/${type}/${entry.id}` } };
}
