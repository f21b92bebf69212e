import assert from 'node:assert/strict';
import { type Answer, call, type Rule, type Target } from './rule.js';

const LIMITER = 'inveniosoftware/invenio-app:invenio_app/limiter.py';
const CONFIG = 'zenodo/zenodo-rdm:invenio.cfg';
const REST = 'inveniosoftware/invenio-rest:invenio_rest/config.py';
const LISTING = '/api/deposit/depositions?size=1';
const EXPOSED = [
  'Content-Type',
  'ETag',
  'Link',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
];

/** Headers, limits and the errors of the router, the same on all of Zenodo. */
export const limitRules: Rule[] = [
  {
    id: 'limits/headers',
    says: 'Every answer carries X-RateLimit-Limit, -Remaining and -Reset (epoch seconds), successes and errors alike.',
    source: LIMITER,
    async check(target) {
      for (const answer of await variety(target)) {
        const [limit, left, reset] = ['limit', 'remaining', 'reset'].map((name) =>
          Number(answer.headers.get(`x-ratelimit-${name}`) ?? Number.NaN),
        );
        assert.ok(Number.isInteger(limit) && Number.isInteger(left) && Number.isInteger(reset));
        assert.ok((left ?? -1) >= 0 && (left ?? 0) < (limit ?? 0));
      }
    },
  },
  {
    id: 'limits/retry-after-on-success',
    says: 'Retry-After (seconds) is there on a 200 too, and agrees with X-RateLimit-Reset.',
    source: 'alisaifee/flask-limiter',
    async check(target) {
      const { status, headers } = await call(target, 'GET', LISTING);
      assert.equal(status, 200);
      const wait = Number(headers.get('retry-after') ?? Number.NaN);
      assert.ok(Number.isInteger(wait) && wait >= 0 && wait <= 3601, String(wait));
    },
  },
  {
    id: 'limits/counting',
    says: 'Each request takes one from the remainder, CORS preflights included.',
    source: 'zenodo/zenodo-rdm#1226',
    needs: ['mock'],
    async check(target) {
      const agent = `conformance ${Math.random()}`;
      const left = async (method: string) => {
        const { headers } = await call(target, method, LISTING, {
          token: null,
          headers: { 'user-agent': agent },
        });
        return Number(headers.get('x-ratelimit-remaining'));
      };
      const first = await left('GET');
      assert.equal(await left('OPTIONS'), first - 1);
      assert.equal(await left('GET'), first - 2);
    },
  },
  {
    id: 'limits/key-is-user-agent-and-address',
    says: 'The budget belongs to User-Agent and address, whatever the token.',
    source: LIMITER,
    needs: ['mock'],
    async check(target) {
      const ask = async (agent: string) => {
        const { headers } = await call(target, 'GET', LISTING, { headers: { 'user-agent': agent } });
        return Number(headers.get('x-ratelimit-remaining'));
      };
      const agent = `conformance ${Math.random()}`;
      const first = await ask(agent);
      assert.equal(await ask(`${agent} other`), first);
      assert.equal(await ask(agent), first - 1);
    },
  },
  {
    id: 'limits/classes',
    says: 'Guests have 133 a minute, users 100, and the record search 30 for everyone.',
    source: CONFIG,
    needs: ['mock'],
    async check(target) {
      const limit = async (path: string, token?: null) =>
        (await call(target, 'GET', path, token === null ? { token } : {})).headers.get('x-ratelimit-limit');
      assert.equal(await limit(LISTING), '100');
      assert.equal(await limit(LISTING, null), '133');
      assert.equal(await limit('/api/records?q=test&size=1'), '30');
    },
  },
  {
    id: 'limits/cors',
    says: 'API answers allow any origin and expose six headers, errors included.',
    source: REST,
    async check(target) {
      for (const { headers } of await variety(target)) {
        assert.equal(headers.get('access-control-allow-origin'), '*');
        const exposed = (headers.get('access-control-expose-headers') ?? '').split(', ');
        assert.deepEqual(exposed.sort(), [...EXPOSED].sort());
      }
    },
  },
  {
    id: 'limits/preflight',
    says: 'A preflight is answered 200 without credentials and allows the usual methods and the wanted headers.',
    source: REST,
    async check(target) {
      const answer = await call(target, 'OPTIONS', '/api/deposit/depositions', {
        token: null,
        headers: {
          origin: 'https://example.org',
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type',
        },
      });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get('access-control-allow-origin'), '*');
      const methods = (answer.headers.get('access-control-allow-methods') ?? '').split(', ');
      for (const method of ['DELETE', 'GET', 'POST', 'PUT']) assert.ok(methods.includes(method), method);
      const allowed = (answer.headers.get('access-control-allow-headers') ?? '').toLowerCase();
      assert.equal(allowed, 'authorization, content-type');
    },
  },
  {
    id: 'limits/no-cors-on-oauth',
    says: 'The OAuth endpoints have no CORS headers: a page of another site cannot call them.',
    source: 'zenodo/zenodo-rdm:invenio.cfg',
    async check(target) {
      const answer = await call(target, 'POST', '/oauth/token', {
        token: null,
        body: new URLSearchParams({ grant_type: 'none' }),
        headers: { origin: 'https://example.org' },
      });
      assert.equal(answer.headers.get('access-control-allow-origin'), null);
    },
  },
  {
    id: 'limits/response-headers',
    says: 'Answers carry the security headers of the application and a request id.',
    source: 'eblondel/zen4R#142',
    async check(target) {
      const names = [
        'server',
        'x-frame-options',
        'x-content-type-options',
        'content-security-policy',
        'strict-transport-security',
        'referrer-policy',
        'x-request-id',
      ];
      for (const { headers } of await variety(target)) {
        for (const name of names) assert.ok(headers.get(name), name);
      }
    },
  },
  {
    id: 'limits/unknown-route',
    says: 'An unknown API route is a 404 of the framework: compact JSON, sorted keys, trailing newline.',
    source: 'inveniosoftware/invenio-rest:invenio_rest/ext.py',
    async check(target) {
      const { status, text } = await call(target, 'GET', '/api/there-is-no-such-route');
      const message =
        'The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.';
      assert.equal(status, 404);
      assert.equal(text, `{"message":"${message}","status":404}\n`);
    },
  },
  {
    id: 'limits/wrong-method',
    says: 'A wrong method is a 405 of the framework with Allow.',
    source: 'inveniosoftware/invenio-rest:invenio_rest/ext.py',
    async check(target) {
      const { status, text, headers } = await call(target, 'PATCH', '/api/deposit/depositions');
      assert.equal(status, 405);
      assert.equal(text, '{"message":"The method is not allowed for the requested URL.","status":405}\n');
      const allowed = (headers.get('allow') ?? '').split(/, */).sort();
      assert.deepEqual(allowed, ['GET', 'HEAD', 'OPTIONS', 'POST']);
    },
  },
  {
    id: 'limits/pages-are-html',
    says: 'Outside the API errors are HTML pages.',
    source: CONFIG,
    async check(target) {
      const { status, headers } = await call(target, 'GET', '/there-is-no-such-page', { token: null });
      assert.equal(status, 404);
      assert.match(headers.get('content-type') ?? '', /^text\/html/);
    },
  },
  {
    id: 'limits/domain-errors-are-spaced',
    says: 'Errors of the domain are JSON with blanks after colon and comma, status first.',
    source: 'inveniosoftware/invenio-records-resources:invenio_records_resources/resources/errors.py',
    async check(target) {
      const { status, text, headers } = await call(target, 'GET', LISTING, { token: null });
      assert.equal(status, 403);
      assert.equal(text, '{"status": 403, "message": "Permission denied."}');
      assert.equal(headers.get('content-type'), 'application/json');
    },
  },
];

/** A success, an error of the domain and one of the framework. */
async function variety(target: Target): Promise<Answer[]> {
  return [
    await call(target, 'GET', LISTING),
    await call(target, 'GET', LISTING, { token: null }),
    await call(target, 'GET', '/api/there-is-no-such-route'),
  ];
}
