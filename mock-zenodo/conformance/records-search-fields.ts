import assert from 'node:assert/strict';
import { publish } from './files-flow.js';
import { call, type Rule, type Target } from './rule.js';

const MAPPING =
  'inveniosoftware/invenio-rdm-records:invenio_rdm_records/records/mappings/os-v2/rdmrecords/records/record-v7.0.0.json';

/** Ids of the records with a keyword that a query finds. */
async function found(target: Target, key: string, more: string, sort = 'newest'): Promise<number[]> {
  const path = `/api/records?sort=${sort}&q=${encodeURIComponent(`keywords:${key}${more}`)}`;
  const answer = await call(target, 'GET', path);
  assert.equal(answer.status, 200, `${more}: ${answer.text}`);
  return (answer.json as { hits: { hits: { id: number }[] } }).hits.hits.map(({ id }) => id);
}

/** What a search compares, and how it orders what it found. */
export const searchFieldRules: Rule[] = [
  {
    id: 'records/search-fields',
    says: 'Identifiers, file names and dates of publication are compared whole, and words without a field are not looked for in them.',
    source: MAPPING,
    needs: ['publish', 'mock'],
    async check(target) {
      const key = `key${Date.now()}`;
      const url = `https://github.com/${key}/b`;
      const { id } = await publish(
        target,
        {
          keywords: [key],
          publication_date: '2020-05-01',
          related_identifiers: [{ identifier: `${url}/tree/v1`, relation: 'isSupplementTo' }],
        },
        { 'a b.csv': 'x' },
      );
      for (const [query, isFound] of [
        [`related.identifier:"${url}"`, false],
        [`related.identifier:"${url}/tree/v1"`, true],
        [`related.identifier:*${key}*`, true],
        [`"${url}/tree/v1"`, false],
        ['filename:b', false],
        ['filename:"a b.csv"', true],
        ['publication_date:2020', false],
        ['publication_date:[2020-05 TO 2020-06]', true],
        ['created:[now-1d/d TO now+1d]', true],
        ['created:[now/y TO now/y]', true],
        ['created:[* TO now-1d]', false],
        ['versions.is_latest:true', true],
        [`pids.oai.identifier:"oai:zenodo.org:${id}"`, true],
        ['doi:/10\\.5281.*/', true],
        ['pids.doi.provider:/data.*/', true],
      ] as const) {
        assert.deepEqual(await found(target, key, ` AND ${query}`), isFound ? [id] : [], query);
      }
    },
  },
  {
    id: 'records/search-relevance',
    says: 'What has more of the words comes first.',
    source:
      'inveniosoftware/invenio-app-rdm:invenio_app_rdm/theme/templates/semantic-ui/invenio_app_rdm/help/search.en.html',
    needs: ['publish', 'mock'],
    async check(target) {
      const key = `key${Date.now()}`;
      const ids: number[] = [];
      for (const title of [`${key}a ${key}b`, `${key}a alone`]) {
        ids.push((await publish(target, { keywords: [key], title })).id);
      }
      for (const more of [` AND (${key}a ${key}b)`, ` "${key}a ${key}b`]) {
        assert.deepEqual(await found(target, key, more, 'bestmatch'), ids, more);
      }
      const { json } = await call(target, 'GET', '/api/vocabularies/licenses?q=MIT%20License');
      const [first] = (json as { hits: { hits: { title: { en: string } }[] } }).hits.hits;
      assert.match(first?.title.en ?? '', /MIT.*License/);
    },
  },
  {
    id: 'records/search-old-orders',
    says: '`publication_date` and `journal` begin with the newest, and with the oldest after a minus.',
    source: 'zenodo/zenodo-rdm:invenio.cfg',
    needs: ['publish', 'mock'],
    async check(target) {
      const key = `key${Date.now()}`;
      const ids: number[] = [];
      for (const day of ['2019-01-01', '2018-01-01']) {
        ids.push((await publish(target, { keywords: [key], publication_date: day })).id);
      }
      for (const sort of ['publication_date', 'journal', '-publication_date', '-journal']) {
        const sorted = await found(target, key, '', sort);
        assert.deepEqual(sort.startsWith('-') ? sorted.reverse() : sorted, ids, sort);
      }
    },
  },
];
