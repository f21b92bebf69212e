import assert from 'node:assert/strict';
import { BASE, onRecord, PUBLISHES, RESOURCES, refusals } from './deposit-flow.js';
import { indexed, list, onThree } from './deposit-queries.js';
import { type Deposition, isDomainError, onDraft } from './files-flow.js';
import { call, type Rule } from './rule.js';

const ARGUMENTS =
  'inveniosoftware/invenio-records-resources:invenio_records_resources/resources/records/args.py';

/** What Zenodo's parser accepts, and its search engine refuses. */
const QUERY_ERRORS = 'inveniosoftware/invenio-records-resources:tests/resources/test_resources.py';

const refused: Rule[] = (
  [
    ['size', { size: '101' }, 'size: Page size cannot be greater than 100.'],
    ['size-zero', { size: '0' }, 'size: Must be greater than or equal to 1.'],
    ['size-text', { size: 'all' }, 'size: Not a valid integer.'],
    ['page-zero', { page: '0' }, 'page: Must be greater than or equal to 1.'],
    ['sort', { sort: 'x' }, "_schema: Invalid sort option 'x'."],
  ] as [string, Record<string, string>, string][]
).map(([name, parameters, error]) => ({
  id: `deposit/listing-400-${name}`,
  says: `\`?${new URLSearchParams(parameters)}\` is 400: ${error}`,
  source: ARGUMENTS,
  check: async (target) => {
    const answer = await call(target, 'GET', `${BASE}?${new URLSearchParams(parameters)}`);
    assert.deepEqual(refusals(answer), [error]);
  },
}));

const unreadable: Rule[] = (
  [
    ['window', { page: '200', size: '100' }, 'Invalid querystring parameters.'],
    ['sign', { q: 'id:test!' }, 'Invalid query string syntax.', QUERY_ERRORS],
    ['slash', { q: '10.5281/zenodo.1' }, 'Invalid query string syntax.', QUERY_ERRORS],
    ['two-colons', { q: 'oai:zenodo.org:1' }, 'Invalid query string syntax.', QUERY_ERRORS],
    ['number', { q: 'version:v1.0' }, 'Invalid query string syntax.', QUERY_ERRORS],
    ['day', { q: 'created:yesterday' }, 'Invalid query string syntax.', QUERY_ERRORS],
  ] as [string, Record<string, string>, string, string?][]
).map(([name, parameters, message, source = RESOURCES]) => ({
  id: `deposit/listing-400-${name}`,
  says: `\`?${new URLSearchParams(parameters)}\` is 400: ${message}`,
  source,
  check: async (target) => {
    const answer = await call(target, 'GET', `${BASE}?${new URLSearchParams(parameters)}`);
    isDomainError(answer, 400, message);
  },
}));

const sorts: Rule[] = [
  'bestmatch newest oldest updated-desc updated-asc version mostviewed mostdownloaded publication-desc publication-asc journal-desc conference-desc',
  'mostrecent -mostrecent publication_date -publication_date journal -journal conference_session -bestmatch -version',
].map((names, index) => ({
  id: `deposit/sort-${index === 0 ? 'options' : 'old-options'}`,
  says: `These orders are known: ${names.split(' ').join(', ')}.`,
  source: 'zenodo/zenodo-rdm:invenio.cfg',
  check: async (target) => {
    for (const sort of names.split(' ')) await list(target, { sort, size: '1' });
  },
}));

/** `GET /api/deposit/depositions`. */
export const listingRules: Rule[] = [
  {
    id: 'deposit/listing',
    says: 'The listing is a bare array of depositions, without total and Link header.',
    source: RESOURCES,
    check: onDraft(async (target, draft) => {
      await indexed(target, draft.id);
      const answer = await call(target, 'GET', BASE);
      assert.ok(Array.isArray(answer.json));
      assert.equal(answer.headers.get('link'), null);
    }),
  },
  {
    id: 'deposit/listing-bucket',
    says: 'Items of the listing are complete depositions, except for the bucket link.',
    source: 'zenodo/zenodo-rdm#639',
    check: onDraft(async (target, draft) => {
      const item = await indexed(target, draft.id);
      const { bucket, ...links } = draft.links as unknown as Record<string, string>;
      assert.ok(bucket);
      assert.deepEqual(item.links, links);
      assert.deepEqual({ ...item, links: {} }, { ...draft, links: {} });
    }),
  },
  {
    id: 'deposit/listing-guest',
    says: 'Guests get 403.',
    source: 'zenodo/zenodo-rdm:site/tests/legacy/test_quickstart.py',
    check: async (target) =>
      isDomainError(await call(target, 'GET', BASE, { token: null }), 403, 'Permission denied.'),
  },
  {
    id: 'deposit/listing-status',
    says: '`status` is accepted and ignored.',
    source: RESOURCES,
    check: onDraft(async (target, draft) => {
      await indexed(target, draft.id);
      const found = await list(target, { status: 'published', q: `recid:${draft.id}` });
      assert.equal(found.length, 1);
    }),
  },
  {
    id: 'deposit/listing-pages',
    says: '`size` and `page` cut the listing, pages count from 1.',
    source: ARGUMENTS,
    check: onThree(async (target, rare) => {
      const page = async (number: string) => {
        const items = await list(target, { q: rare, sort: 'oldest', size: '2', page: number });
        return items.map(({ title }) => title.split(' ').at(-1));
      };
      assert.deepEqual([await page('1'), await page('2'), await page('3')], [['one', 'two'], ['three'], []]);
    }),
  },
  {
    id: 'deposit/listing-newest-first',
    says: 'Without a query the newest comes first.',
    source: 'zenodo/zenodo-rdm:invenio.cfg',
    check: onThree(async (target, rare) => {
      const titles = (await list(target, { size: '3' })).map(({ title }) => title);
      assert.deepEqual(titles, [`${rare} number three`, `${rare} number two`, `${rare} number one`]);
    }),
  },
  {
    id: 'deposit/listing-versions',
    says: 'Of each concept the newest version is listed, draft or not; `all_versions` lists them all.',
    source: RESOURCES,
    needs: PUBLISHES,
    check: onRecord(async (target, record) => {
      const draft = (await call(target, 'POST', `${BASE}/${record.id}/actions/newversion`))
        .json as Deposition;
      await indexed(target, draft.id);
      const q = `conceptrecid:${record.conceptrecid}`;
      const newest = (await list(target, { q })).map(({ id }) => id);
      const all = (await list(target, { q, all_versions: 'true', sort: 'oldest' })).map(({ id }) => id);
      await call(target, 'DELETE', `${BASE}/${draft.id}`);
      assert.deepEqual([newest, all], [[draft.id], [record.id, draft.id]]);
    }),
  },
  ...refused,
  ...unreadable,
  ...sorts,
];
