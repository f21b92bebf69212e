import assert from 'node:assert/strict';
import { type Community, onCommunity } from './communities-flow.js';
import { isDomainError, isFrameworkError, NO_ROUTE } from './files-flow.js';
import { call, type Rule } from './rule.js';

const SERVICE = 'inveniosoftware/invenio-communities:invenio_communities/communities/services/service.py';
const MEMBERS = 'inveniosoftware/invenio-communities:tests/members/test_members_resource.py';
const USERS = 'inveniosoftware/invenio-users-resources:tests/resources/test_resources_users.py';
const STATISTICS = 'inveniosoftware/docs-invenio-rdm:docs/reference/rest_api_statistics.md';
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

/** Other routes that clients call. */
export const gapRules: Rule[] = [
  {
    id: 'records/ping',
    says: '`/ping` and `/api/ping` answer that Zenodo is running, and have no rate limit.',
    source: 'inveniosoftware/invenio-app:invenio_app/ext.py',
    async check(target) {
      for (const path of ['/ping', '/api/ping']) {
        const { status, text, headers } = await call(target, 'GET', path, { token: null });
        assert.deepEqual([status, text, headers.get('x-ratelimit-limit')], [200, 'OK', null], path);
        assert.match(headers.get('content-type') ?? '', /^text\/html/);
      }
    },
  },
  {
    id: 'records/empty-key',
    says: 'A path that ends where the key of a file should follow has no route.',
    source: 'pallets/werkzeug:src/werkzeug/routing/converters.py',
    async check(target) {
      for (const [method, path] of [
        ['GET', '/api/records/1/files/'],
        ['DELETE', '/api/records/1/draft/files/'],
      ] as const) {
        isFrameworkError(await call(target, method, path), 404, NO_ROUTE);
      }
    },
  },
  {
    id: 'records/community-page-size',
    says: 'Pages of communities may have any size, unlike those of records.',
    source: 'inveniosoftware/invenio-communities:invenio_communities/communities/resources/args.py',
    async check(target) {
      for (const path of ['/api/communities', '/api/user/communities']) {
        assert.equal((await call(target, 'GET', `${path}?size=500`)).status, 200, path);
      }
      assert.equal((await call(target, 'GET', '/api/records?size=500')).status, 400);
    },
  },
  {
    id: 'records/request-page-size',
    says: 'Pages of requests may have any size.',
    source: 'inveniosoftware/invenio-requests:invenio_requests/resources/requests/config.py',
    async check(target) {
      assert.equal((await call(target, 'GET', '/api/user/requests?size=500')).status, 200);
    },
  },
  {
    id: 'records/community-logo',
    says: 'A community has no logo (404) until its owner puts one, up to a megabyte; DELETE removes it.',
    source: SERVICE,
    check: onCommunity(async (target, { id }) => {
      const logo = `/api/communities/${id}/logo`;
      const none = await call(target, 'GET', logo);
      assert.deepEqual(
        [none.status, none.text],
        [404, '{"status": 404, "message": "No logo exists for this community."}'],
      );
      const headers = { 'content-type': 'application/octet-stream' };
      assert.equal((await call(target, 'PUT', logo, { body: PNG, headers })).status, 200);
      const shown = await call(target, 'GET', logo, { token: null });
      assert.deepEqual([shown.status, shown.headers.get('content-type')], [200, 'image/png']);
      const large = await call(target, 'PUT', logo, { body: new Uint8Array(1_100_000), headers });
      assert.equal(large.status, 400);
      assert.match(large.text, /Logo size limit exceeded/);
      assert.equal((await call(target, 'DELETE', logo)).status, 204);
      assert.equal((await call(target, 'DELETE', logo)).status, 404);
    }),
  },
  {
    id: 'records/community-logo-foreign',
    says: 'Only owners can change the logo of a community.',
    source: 'inveniosoftware/invenio-communities:invenio_communities/permissions.py',
    needs: ['second-token'],
    check: onCommunity(async (target, { id }) => {
      const headers = { 'content-type': 'application/octet-stream' };
      const token = target.secondToken ?? '';
      const answer = await call(target, 'PUT', `/api/communities/${id}/logo`, { body: PNG, headers, token });
      assert.equal(answer.status, 403);
    }),
  },
  {
    id: 'records/community-featured',
    says: 'Everyone can list the featured communities. Only staff can change them.',
    source: SERVICE,
    check: onCommunity(async (target, { id }) => {
      const { status, json } = await call(target, 'GET', '/api/communities/featured', { token: null });
      const { hits } = json as { hits: { hits: Community[] } };
      assert.deepEqual([status, Array.isArray(hits.hits)], [200, true]);
      const json2 = { start_date: '2026-01-01T00:00:00' };
      assert.equal(
        (await call(target, 'POST', `/api/communities/${id}/featured`, { json: json2 })).status,
        403,
      );
      assert.equal((await call(target, 'GET', `/api/communities/${id}/featured`)).status, 403);
    }),
  },
  {
    id: 'records/community-members-add',
    says: 'Users cannot be added to a community, only invited: 403. An empty list is 400.',
    source: MEMBERS,
    check: onCommunity(async (target, { id }) => {
      const path = `/api/communities/${id}/members`;
      const json = { members: [{ type: 'user', id: '1' }], role: 'reader' };
      assert.equal((await call(target, 'POST', path, { json })).status, 403);
      assert.equal((await call(target, 'POST', path, { json: { members: [] } })).status, 400);
    }),
  },
  {
    id: 'records/community-members-update',
    says: 'PUT changes role or visibility of members, but not one’s own role; only members can be named, and a community keeps an owner.',
    source: 'inveniosoftware/invenio-communities:invenio_communities/members/services/service.py',
    check: onCommunity(async (target, { id }) => {
      const path = `/api/communities/${id}/members`;
      const { json } = await call(target, 'GET', path);
      const { hits } = json as { hits: { hits: { member: { id: string } }[] } };
      const members = hits.hits.map(({ member }) => ({ type: 'user', id: member.id }));
      assert.equal((await call(target, 'PUT', path, { json: { members, visible: true } })).status, 204);
      const role = await call(target, 'PUT', path, { json: { members, role: 'reader' } });
      assert.match(role.text, /You cannot change your own role\./);
      const owner = await call(target, 'DELETE', path, { json: { members } });
      assert.match(owner.text, /A community must have at least one owner\./);
      const strangers = [{ type: 'user', id: '999999999' }];
      for (const [method, json] of [
        ['PUT', { members: strangers, role: 'reader' }],
        ['DELETE', { members: strangers }],
      ] as const) {
        isDomainError(await call(target, method, path, { json }), 400, 'Invalid member specified.');
      }
      assert.equal((await call(target, 'PUT', path, { json: { members: [], role: 'reader' } })).status, 400);
      assert.equal(
        (await call(target, 'PUT', path, { json: { members, visible: true }, token: null })).status,
        403,
      );
    }),
  },
  {
    id: 'records/statistics-parameters',
    says: 'A query of `POST /api/stats` needs its parameters, and has no other keys than `stat` and `params`.',
    source: 'inveniosoftware/invenio-stats:invenio_stats/views.py',
    async check(target) {
      for (const [query, message] of [
        [{ stat: 'record-view' }, /Missing one of the required parameters \{'recid'\} in query record-view/],
        [{ stat: 'record-view', params: { recid: '1' }, x: 1 }, /Invalid Input\. It should be of the form/],
      ] as const) {
        const answer = await call(target, 'POST', '/api/stats', { json: { a: query }, token: null });
        assert.equal(answer.status, 400);
        assert.match(answer.text, message);
      }
    },
  },
  {
    id: 'records/statistics',
    says: '`POST /api/stats` returns the result of each query under its name.',
    source: STATISTICS,
    async check(target) {
      const params = { recid: '1' };
      const json = {
        a: { stat: 'record-view', params },
        b: { stat: 'record-download-all-versions', params },
      };
      const answer = await call(target, 'POST', '/api/stats', { json, token: null });
      const { a, b } = answer.json as Record<string, object>;
      assert.deepEqual([answer.status, Object.keys(a ?? {}).sort()], [200, ['unique_views', 'views']]);
      assert.deepEqual(Object.keys(b ?? {}).sort(), ['data_volume', 'downloads', 'unique_downloads']);
    },
  },
  {
    id: 'records/users',
    says: 'Logged-in users can see other users, and see themselves in full. Guests get 403 for the list and 404 for a user.',
    source: USERS,
    async check(target) {
      const { status, json } = await call(target, 'GET', '/api/users');
      const { hits } = json as {
        hits: { hits: { id: string; is_current_user: boolean; links: { self: string } }[] };
      };
      assert.equal(status, 200);
      assert.ok(
        hits.hits.every(({ id, links }) => typeof id === 'string' && links.self.endsWith(`/api/users/${id}`)),
      );
      assert.equal((await call(target, 'GET', '/api/users', { token: null })).status, 403);
      const one = hits.hits[0]?.id ?? '1';
      assert.equal((await call(target, 'GET', `/api/users/${one}`, { token: null })).status, 404);
    },
  },
  {
    id: 'records/users-self',
    says: 'Only the user sees e-mail address, preferences and state of an account.',
    source: USERS,
    needs: ['mock', 'second-token'],
    async check(target) {
      const mine = (await call(target, 'GET', '/api/users/1')).json as Record<string, unknown>;
      assert.deepEqual(
        [mine['is_current_user'], typeof mine['email'], mine['active']],
        [true, 'string', true],
      );
      const theirs = await call(target, 'GET', '/api/users/1', { token: target.secondToken ?? '' });
      const shown = theirs.json as Record<string, unknown>;
      assert.deepEqual(
        [shown['is_current_user'], 'email' in shown, 'active' in shown],
        [false, false, false],
      );
    },
  },
  {
    id: 'records/vocabulary-types',
    says: '`/api/vocabularies/` lists the vocabularies by name with the number of their entries; without the slash it leads there.',
    source: 'inveniosoftware/invenio-vocabularies:invenio_vocabularies/services/results.py',
    async check(target) {
      const answer = await call(target, 'GET', '/api/vocabularies/?q=LIC', { token: null });
      const { hits, links } = answer.json as { hits: { hits: object[] }; links: { self: string } };
      assert.deepEqual(hits, {
        hits: [{ id: 'licenses', pid_type: 'lic', count: 444, is_custom_vocabulary: false }],
        total: 1,
      });
      assert.match(links.self, /\/api\/vocabularies\/\?page=1&q=LIC&size=25&sort=id$/);
      const { status, headers } = await call(target, 'GET', '/api/vocabularies?size=3', { token: null });
      assert.deepEqual([status, new URL(headers.get('location') ?? '', target.url).search], [308, '?size=3']);
      const paged = await call(target, 'GET', '/api/vocabularies/?size=3&page=2', { token: null });
      const ids = (paged.json as { hits: { hits: { id: string }[] } }).hits.hits.map(({ id }) => id);
      assert.equal(ids.length, 3);
      assert.deepEqual(ids, ids.toSorted());
    },
  },
  {
    id: 'records/vocabulary-unknown',
    says: 'An unknown vocabulary is not found; an unknown entry of any vocabulary does not exist.',
    source: 'inveniosoftware/invenio-vocabularies:invenio_vocabularies/services/service.py',
    async check(target) {
      isDomainError(await call(target, 'GET', '/api/vocabularies/nothing'), 404, 'Not found.');
      for (const path of ['/api/vocabularies/nothing/x', '/api/vocabularies/licenses/x', '/api/funders/x']) {
        const message = 'The persistent identifier does not exist.';
        isDomainError(await call(target, 'GET', path), 404, message);
      }
    },
  },
  {
    id: 'records/removal-reasons',
    says: 'There is a vocabulary of reasons to remove a record; those that users may give have a tag.',
    source:
      'inveniosoftware/invenio-rdm-records:invenio_rdm_records/fixtures/data/vocabularies/removal_reasons.yaml',
    async check(target) {
      const path = '/api/vocabularies/removalreasons?tags=deletion-request&size=100';
      const { hits } = (await call(target, 'GET', path)).json as {
        hits: { hits: { id: string; title: { en: string } }[]; total: number };
      };
      const duplicate = hits.hits.find(({ id }) => id === 'duplicate');
      assert.deepEqual([hits.total, duplicate?.title.en], [5, 'Duplicate of another record']);
    },
  },
  {
    id: 'records/empty-segment',
    says: 'An address that ends where an id should follow has no route.',
    source: 'pallets/werkzeug:src/werkzeug/routing/converters.py',
    async check(target) {
      for (const path of [
        '/api/communities/',
        '/api/funders/',
        '/api/vocabularies/licenses/',
        '/api/users/',
      ]) {
        isFrameworkError(await call(target, 'GET', path), 404, NO_ROUTE);
      }
    },
  },
  {
    id: 'records/names',
    says: 'The vocabulary of names requires a login.',
    source: 'inveniosoftware/invenio-vocabularies:invenio_vocabularies/contrib/names/permissions.py',
    async check(target) {
      assert.equal((await call(target, 'GET', '/api/names')).status, 200);
      assert.equal((await call(target, 'GET', '/api/names', { token: null })).status, 403);
    },
  },
  {
    id: 'records/redirect-licences-slash',
    says: '`/api/licenses/` leads to the vocabulary too; what is below it is 404.',
    source: 'zenodo/zenodo-rdm:site/zenodo_rdm/config.py',
    async check(target) {
      const { status, headers } = await call(target, 'GET', '/api/licenses/?size=1', { token: null });
      assert.equal(status, 301);
      assert.match(headers.get('location') ?? '', /\/api\/vocabularies\/licenses\?size=1$/);
      assert.equal((await call(target, 'GET', '/api/licenses/cc-by-4.0', { token: null })).status, 404);
    },
  },
  {
    id: 'oauth/ping-form',
    says: '`/oauth/ping` also takes the token from a form, but not beside an Authorization header.',
    source: 'inveniosoftware/invenio-oauth2server:tests/test_provider.py',
    async check(target) {
      const body = new URLSearchParams({ access_token: target.token });
      assert.equal((await call(target, 'POST', '/oauth/ping', { body, token: null })).status, 200);
      const headers = { authorization: 'Basic YTpi' };
      assert.equal((await call(target, 'POST', '/oauth/ping', { body, token: null, headers })).status, 401);
      const dead = new URLSearchParams({ access_token: 'dead' });
      assert.equal((await call(target, 'POST', '/oauth/ping', { body: dead, token: null })).status, 401);
    },
  },
];
