import assert from 'node:assert/strict';
import { isDomainError } from './files-flow.js';
import { call, type Rule, type Target } from './rule.js';

const RESOURCE = 'inveniosoftware/invenio-vocabularies:invenio_vocabularies/resources/resource.py';
const FIXTURES = 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/fixtures/data/vocabularies.yaml';
const FUNDERS = 'inveniosoftware/invenio-vocabularies:tests/contrib/funders/test_funders_resource.py';

interface Found {
  hits: { hits: Record<string, unknown>[]; total: number };
  aggregations?: Record<string, { label: string; buckets: { doc_count: number }[] }>;
  sortBy: string;
  links: { self: string };
}

const guest = (target: Target, path: string) => call(target, 'GET', path, { token: null });
const found = async (target: Target, path: string) => (await guest(target, path)).json as Found;

const one = (path: string): Rule => ({
  id: `records/vocabulary-${path.replace('vocabularies/', '').replace('/', '-')}`,
  says: `\`/api/${path}\` is one entry.`,
  source: path.startsWith('vocabularies/') ? RESOURCE : FUNDERS,
  async check(target) {
    const { status, json } = await guest(target, `/api/${path}`);
    const { id, links } = json as { id: string; links: { self: string } };
    assert.deepEqual([status, id], [200, path.split('/').at(-1)]);
    assert.equal(new URL(links.self).pathname, `/api/${path}`);
  },
});

/** What metadata refer to. */
export const vocabularyRules: Rule[] = [
  {
    id: 'records/vocabulary-licences',
    says: 'Licences can be searched; each has an id, a title by language and a URL.',
    source: RESOURCE,
    async check(target) {
      const { hits } = await found(target, '/api/vocabularies/licenses?q=cc-by-4.0');
      const hit = hits.hits.find(({ id }) => id === 'cc-by-4.0') as
        | { title: { en: string }; props: { url: string } }
        | undefined;
      assert.equal(hit?.title.en, 'Creative Commons Attribution 4.0 International');
      assert.equal(typeof hit.props.url, 'string');
    },
  },
  ...['vocabularies/languages/eng', 'vocabularies/resourcetypes/dataset', 'vocabularies/licenses/mit'].map(
    one,
  ),
  ...['vocabularies/relationtypes/cites', 'vocabularies/datetypes/collected', 'funders/00k4n6c32'].map(one),
  {
    id: 'records/vocabulary-rdm',
    says: 'RDM JSON shows entries with their texts in one language; both kinds of JSON have an ETag.',
    source: 'inveniosoftware/invenio-vocabularies:invenio_vocabularies/resources/serializer.py',
    async check(target) {
      const headers = { accept: 'application/vnd.inveniordm.v1+json' };
      for (const [path, title, name] of [
        ['vocabularies/licenses/mit', 'MIT License', 'props'],
        ['vocabularies/languages/eng', 'English', 'id'],
        ['funders/00k4n6c32', 'European Commission', 'country'],
        ['awards/00k4n6c32::777541', 'OpenAIRE Advancing Open Scholarship', 'number'],
      ] as const) {
        const plain = await guest(target, `/api/${path}`);
        assert.match(plain.headers.get('etag') ?? '', /^"\d+"$/, path);
        const { json } = await call(target, 'GET', `/api/${path}`, { token: null, headers });
        const entry = json as Record<string, unknown>;
        assert.deepEqual(
          [entry['title_l10n'], entry['title'], entry['links']],
          [title, undefined, undefined],
        );
        assert.ok(name in entry, `${path}: ${name}`);
      }
      const { json } = await call(target, 'GET', '/api/vocabularies/licenses?q=mit', {
        token: null,
        headers,
      });
      assert.equal(typeof (json as Found).hits.hits[0]?.['title_l10n'], 'string');
    },
  },
  {
    id: 'records/vocabulary-writes',
    says: 'Users may not write entries of vocabularies: 403, or 404 for one that does not exist.',
    source: RESOURCE,
    async check(target) {
      const json = { id: 'rule', title: { en: 'A rule' } };
      for (const [list, id] of [
        ['vocabularies/licenses', 'mit'],
        ['funders', '00k4n6c32'],
      ] as const) {
        isDomainError(await call(target, 'POST', `/api/${list}`, { json }), 403, 'Permission denied.');
        isDomainError(await call(target, 'PUT', `/api/${list}/${id}`, { json }), 403, 'Permission denied.');
        isDomainError(await call(target, 'DELETE', `/api/${list}/${id}`), 403, 'Permission denied.');
        assert.equal((await call(target, 'DELETE', `/api/${list}/no-such-entry`)).status, 404);
      }
    },
  },
  {
    id: 'records/vocabulary-entry',
    says: 'Entries have the times of creation and change, and a revision: clients build tables from them.',
    source: 'eblondel/zen4R:R/ZenodoManager.R',
    async check(target) {
      const { hits } = await found(target, '/api/vocabularies/resourcetypes?q=&size=1000');
      assert.ok(hits.total > 30);
      for (const entry of hits.hits) {
        const { id, created, updated, revision_id, title, type } = entry;
        assert.deepEqual(
          [id, created, updated, revision_id, title, type].map((value) => typeof value),
          ['string', 'string', 'string', 'number', 'object', 'string'],
        );
      }
    },
  },
  {
    id: 'records/vocabulary-all',
    says: 'There are vocabularies of relations, roles, and types of dates, descriptions, titles and communities too.',
    source: FIXTURES,
    async check(target) {
      for (const type of ['relationtypes', 'contributorsroles', 'creatorsroles', 'datetypes']) {
        assert.ok((await found(target, `/api/vocabularies/${type}`)).hits.total > 5, type);
      }
      for (const type of ['descriptiontypes', 'titletypes']) {
        assert.ok((await found(target, `/api/vocabularies/${type}`)).hits.total > 2, type);
      }
    },
  },
  {
    id: 'records/vocabulary-escaped-path',
    says: 'Routes are found by the decoded path: an escaped colon or plus sign leads to the same entry.',
    source: 'pallets/werkzeug:src/werkzeug/routing/map.py',
    async check(target) {
      for (const path of ['code:programmingLanguages/c++', 'code%3AprogrammingLanguages/c%2B%2B']) {
        const { status, json } = await guest(target, `/api/vocabularies/${path}`);
        assert.deepEqual([status, (json as { id: string }).id], [200, 'c++'], path);
      }
    },
  },
  {
    id: 'records/vocabulary-tags',
    says: 'Entries can be narrowed by tag: projects exist, but no record may be one.',
    source:
      'inveniosoftware/invenio-rdm-records:invenio_rdm_records/fixtures/data/vocabularies/resource_types.yaml',
    async check(target) {
      const ids = async (query: string) =>
        (await found(target, `/api/vocabularies/resourcetypes?size=100${query}`)).hits.hits.map(
          ({ id }) => id,
        );
      assert.ok((await ids('&tags=linkable')).includes('project'));
      assert.ok(!(await ids('&tags=depositable')).includes('project'));
    },
  },
  {
    id: 'records/vocabulary-suggestions',
    says: 'Suggestions also look at acronyms, countries and identifiers; what has the id comes first.',
    source: 'inveniosoftware/invenio-vocabularies:invenio_vocabularies/contrib/affiliations/config.py',
    async check(target) {
      const suggestions = [
        ['affiliations', 'cern', '01ggx4157'],
        ['affiliations', 'zurich switzerland', '02crff812'],
        ['funders', '10.13039/501100000780', '00k4n6c32'],
        ['awards', 'OpenAIRE-Adv', '00k4n6c32::777541'],
      ];
      for (const [path, suggest = '', id] of suggestions) {
        const query = new URLSearchParams({ suggest });
        const { hits } = await found(target, `/api/${path}?${query}`);
        assert.ok(
          hits.hits.some((hit) => hit['id'] === id),
          `${path} ${suggest}`,
        );
      }
      const { hits } = await found(target, '/api/vocabularies/licenses?suggest=mit');
      assert.equal(hits.hits[0]?.['id'], 'mit');
    },
  },
  {
    id: 'records/vocabulary-award-funders',
    says: 'Awards can be narrowed to those of funders, and are counted by funder.',
    source: 'inveniosoftware/invenio-vocabularies:invenio_vocabularies/contrib/awards/config.py',
    async check(target) {
      const { hits, aggregations } = await found(target, '/api/awards?q=GREI&funders=01cwqze88');
      assert.deepEqual(
        hits.hits.map((hit) => hit['id']),
        ['01cwqze88::1OT2DB000013-01'],
      );
      const label = 'National Institutes of Health (US)';
      const bucket = { key: '01cwqze88', doc_count: 1, label, is_selected: true };
      assert.deepEqual(aggregations?.['funders'], { buckets: [bucket], label: 'Funders' });
      const none = await found(target, '/api/awards?q=GREI&funders=00k4n6c32');
      assert.equal(none.hits.total, 0);
    },
  },
  {
    id: 'records/vocabulary-funders',
    says: 'Funders are found by id, by part of their name and by suggestion; all of them are ordered by name.',
    source: FUNDERS,
    async check(target) {
      for (const query of ['q=id:00k4n6c32', 'q=european%20comm', 'suggest=European%20Comm']) {
        const { hits, sortBy } = await found(target, `/api/funders?${query}`);
        const names = hits.hits.map(({ id, name }) => `${id} ${name}`);
        assert.ok(names.includes('00k4n6c32 European Commission'), query);
        assert.equal(sortBy, 'bestmatch', query);
      }
      assert.equal((await found(target, '/api/funders?q=id:00k4n6c32')).hits.total, 1);
      assert.equal((await found(target, '/api/funders')).sortBy, 'name');
      isDomainError(
        await guest(target, '/api/funders/invalid'),
        404,
        'The persistent identifier does not exist.',
      );
    },
  },
  ...['awards', 'affiliations', 'subjects'].map(
    (name): Rule => ({
      id: `records/vocabulary-${name}`,
      says: `\`/api/${name}\` can be searched.`,
      source: `inveniosoftware/invenio-vocabularies:invenio_vocabularies/contrib/${name}/resources.py`,
      async check(target) {
        const { hits, links } = await found(target, `/api/${name}?q=id:none&size=5`);
        assert.deepEqual([hits.total, new URL(links.self).pathname], [0, `/api/${name}`]);
      },
    }),
  ),
];
