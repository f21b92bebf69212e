import assert from 'node:assert/strict';
import { type Answer, call, type Rule, type Target } from './rule.js';

const CONFIG = 'zenodo/zenodo-rdm:invenio.cfg';
const REST = 'inveniosoftware/invenio-rest:invenio_rest/config.py';
const EXPOSED = [
  'Content-Type',
  'ETag',
  'Link',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
];

/** A call that users may make and guests may not. */
export const LISTING = '/api/deposit/depositions?size=1';

/** The headers of every response, and the errors that come from no endpoint. */
export const headerRules: Rule[] = [
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

/** A success, a domain error and a framework error. */
export async function variety(target: Target): Promise<Answer[]> {
  return [
    await call(target, 'GET', LISTING),
    await call(target, 'GET', LISTING, { token: null }),
    await call(target, 'GET', '/api/there-is-no-such-route'),
  ];
}
