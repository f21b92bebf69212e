import assert from 'node:assert/strict';
import { isDomainError } from './files-flow.js';
import { onDraft, publish, rdm, sharedRecord } from './records-flow.js';
import { call, type Rule } from './rule.js';

const SERVICE =
  'inveniosoftware/invenio-records-resources:invenio_records_resources/services/records/service.py';

interface Hits {
  hits: { hits: { id: number | string; title?: unknown }[]; total: number };
  aggregations?: object;
  links: { self: string; next?: string; prev?: string };
}

const invalid = (field: string, message: string) =>
  `{"status": 400, "message": "A validation error occurred.", "errors": [{"field": "${field}", "messages": ["${message}"]}]}`;

const GUEST_ADVICE =
  'Page size cannot be greater than 25. Please use authenticated requests to increase the limit to 100.';

/** The search's own rules. */
export const searchRules: Rule[] = [
  {
    id: 'records/search',
    says: 'The public search finds published records, in an object with hits, aggregations and links.',
    source: SERVICE,
    needs: ['publish', 'mock'],
    async check(target) {
      const { id } = await sharedRecord(target);
      const answer = await call(target, 'GET', `/api/records?q=recid:${id}`, { token: null });
      const body = answer.json as Hits;
      assert.deepEqual(Object.keys(body), ['hits', 'aggregations', 'links']);
      assert.deepEqual([body.hits.total, body.hits.hits[0]?.id], [1, id]);
      assert.equal(answer.headers.get('link'), null);
    },
  },
  {
    id: 'records/search-rdm',
    says: 'The hits have the requested type.',
    source: SERVICE,
    needs: ['publish', 'mock'],
    async check(target) {
      const { id } = await sharedRecord(target);
      const body = (await rdm(target, 'GET', `/api/records?q=recid:${id}`)).json as Hits;
      assert.equal(body.hits.hits[0]?.id, String(id));
    },
  },
  {
    id: 'records/search-no-drafts',
    says: 'Drafts are not found, not even by their owner.',
    source: SERVICE,
    check: onDraft(async (target, { id }) => {
      const body = (await call(target, 'GET', `/api/records?q=recid:${id}`)).json as Hits;
      assert.equal(body.hits.total, 0);
    }),
  },
  {
    id: 'records/search-pages',
    says: 'Pages are linked in the body.',
    source: SERVICE,
    needs: ['publish', 'mock'],
    async check(target) {
      const keyword = `page-${Date.now()}`;
      for (const _ of [1, 2, 3]) await publish(target, { keywords: [keyword] });
      const query = `q=keywords:%22${keyword}%22&size=1&sort=oldest`;
      const page = async (url: string) => (await call(target, 'GET', url)).json as Hits;
      const first = await page(`/api/records?${query}`);
      assert.deepEqual([first.hits.total, first.hits.hits.length, first.links.prev], [3, 1, undefined]);
      const second = await page(first.links.next ?? '');
      const third = await page(second.links.next ?? '');
      const ids = [first, second, third].map(({ hits }) => Number(hits.hits[0]?.id));
      assert.deepEqual(ids, [...new Set(ids)].sort());
      assert.deepEqual([third.links.next, typeof third.links.prev], [undefined, 'string']);
    },
  },
  {
    id: 'records/search-size',
    says: 'Guests get at most 25 hits a page, users 100.',
    source: 'zenodo/zenodo-rdm:site/tests/test_search.py',
    async check(target) {
      const guest = await call(target, 'GET', '/api/records?size=26', { token: null });
      assert.deepEqual([guest.status, guest.text], [400, invalid('size', GUEST_ADVICE)]);
      const user = await call(target, 'GET', '/api/records?size=101');
      assert.deepEqual(
        [user.status, user.text],
        [400, invalid('size', 'Page size cannot be greater than 100.')],
      );
      assert.equal((await call(target, 'GET', '/api/records?size=100')).status, 200);
    },
  },
  {
    id: 'records/search-sort-unknown',
    says: 'An unknown sort order is refused by name, in every search.',
    source:
      'inveniosoftware/invenio-records-resources:invenio_records_resources/services/records/params/sort.py',
    async check(target) {
      for (const path of [
        '/api/records',
        '/api/user/records',
        '/api/communities',
        '/api/user/requests',
        '/api/vocabularies/licenses',
        '/api/funders',
      ]) {
        const { status, text } = await call(target, 'GET', `${path}?sort=nope`);
        assert.deepEqual([status, text], [400, invalid('_schema', "Invalid sort option 'nope'.")], path);
      }
    },
  },
  {
    id: 'records/search-best-match',
    says: 'Without a query, `bestmatch` is the default order.',
    source:
      'inveniosoftware/invenio-records-resources:invenio_records_resources/services/records/params/sort.py',
    async check(target) {
      for (const [path, sort] of [
        ['/api/records', 'newest'],
        ['/api/user/records', 'newest'],
        ['/api/communities', 'newest'],
        ['/api/vocabularies/licenses', 'title'],
        ['/api/funders', 'name'],
      ] as const) {
        const { links } = (await call(target, 'GET', `${path}?sort=bestmatch`)).json as Hits;
        assert.equal(new URL(links.self).searchParams.get('sort'), sort, path);
      }
    },
  },
  {
    id: 'records/search-window',
    says: 'A page may end beyond the first 10,000 hits, but not begin there.',
    source: 'inveniosoftware/invenio-records-resources:invenio_records_resources/pagination.py',
    async check(target) {
      for (const path of ['/api/communities', '/api/vocabularies/licenses', '/api/user/requests']) {
        assert.equal((await call(target, 'GET', `${path}?size=20000`)).status, 200, path);
        const beyond = await call(target, 'GET', `${path}?size=20000&page=2`);
        isDomainError(beyond, 400, 'Invalid querystring parameters.');
      }
      assert.equal((await call(target, 'GET', '/api/records?size=100&page=100')).status, 200);
      const beyond = await call(target, 'GET', '/api/records?size=100&page=101');
      isDomainError(beyond, 400, 'Invalid querystring parameters.');
    },
  },
  {
    id: 'records/search-all-versions',
    says: '`all_versions` needs no value; what is neither true nor false is refused.',
    source: 'zenodo/zenodo-rdm:site/zenodo_rdm/params.py',
    async check(target) {
      for (const query of ['all_versions', 'all_versions=yes', 'allversions=1', 'all_versions=off']) {
        assert.equal((await call(target, 'GET', `/api/records?${query}`)).status, 200, query);
      }
      const { status, text } = await call(target, 'GET', '/api/records?all_versions=all');
      assert.deepEqual([status, text], [400, invalid('allversions', 'Not a valid boolean.')]);
    },
  },
  {
    id: 'records/user-records',
    says: 'One’s own drafts and records are an object with hits and a total; `shared_with_me` leaves only what others share; guests are refused.',
    source: 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/search_params.py',
    check: onDraft(async (target, { id }) => {
      const path = `/api/user/records?q=id:${id}`;
      for (const query of ['', '&shared_with_me=false']) {
        const body = (await rdm(target, 'GET', `${path}${query}`)).json as Hits;
        assert.deepEqual([body.hits.total, body.hits.hits[0]?.id], [1, String(id)], query);
      }
      const shared = (await rdm(target, 'GET', `${path}&shared_with_me=true`)).json as Hits;
      assert.equal(shared.hits.total, 0);
      const { text } = await call(target, 'GET', `${path}&shared_with_me=maybe`);
      assert.equal(text, invalid('shared_with_me', 'Not a valid boolean.'));
      const guest = await call(target, 'GET', '/api/user/records', { token: null });
      isDomainError(guest, 403, 'Permission denied.');
    }),
  },
];
