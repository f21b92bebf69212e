import assert from 'node:assert/strict';
import { request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { expectPage, expectText, probe } from './oauth-flow.js';
import { call, type Rule, type Target } from './rule.js';

const BASE = '/api/deposit/depositions';
const DENIED = '{"status": 403, "message": "Permission denied."}';
const EXT = 'inveniosoftware/invenio-oauth2server:invenio_oauth2server/ext.py';
const CSRF = 'inveniosoftware/invenio-rest:invenio_rest/csrf.py';
const TOKENS = 'oauthlib/oauthlib:oauthlib/oauth2/rfc6749/tokens.py';

/** Creates a draft with an invalid token and cookies, as a client with a cookie jar does. */
function createWith(target: Target, headers: Record<string, string>) {
  return call(target, 'POST', BASE, { token: 'dead', json: {}, headers });
}

async function csrfCookie(target: Target): Promise<string> {
  const answer = await call(target, 'POST', BASE, { token: 'dead', json: {} });
  const cookie = /csrftoken=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '')?.[1];
  assert.ok(cookie, 'the first unsafe call sets the cookie');
  return cookie;
}

/** Sends a path unchanged, which fetch would escape first. */
function getRaw(target: Target, path: string): Promise<{ status: number | undefined; text: string }> {
  const { hostname, port, protocol } = new URL(target.url);
  const send = protocol === 'https:' ? secureRequest : request;
  return new Promise((resolve, reject) => {
    const options = {
      hostname,
      port,
      path,
      headers: { authorization: `Bearer ${target.token}` },
      agent: false,
    };
    send(options, async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      resolve({ status: response.statusCode, text });
    })
      .on('error', reject)
      .end();
  });
}

/** Tokens in use: where they are read, what an invalid one means, cookies, and query strings. */
export const identityRules: Rule[] = [
  {
    id: 'oauth/bearer',
    says: 'A token in `Authorization: Bearer` is accepted, whatever the case of the scheme.',
    source: TOKENS,
    async check(target) {
      assert.equal(await probe(target, target.token), 200);
      const headers = { authorization: `bearer ${target.token}` };
      assert.equal((await call(target, 'GET', BASE, { token: null, headers })).status, 200);
    },
  },
  {
    id: 'oauth/query-token',
    says: 'A token in the query is accepted.',
    source: TOKENS,
    async check(target) {
      const path = `${BASE}?access_token=${encodeURIComponent(target.token)}`;
      assert.equal((await call(target, 'GET', path, { token: null })).status, 200);
    },
  },
  {
    id: 'oauth/header-wins',
    says: 'With an Authorization header the query is ignored, even if the header has another scheme.',
    source: TOKENS,
    async check(target) {
      const path = `${BASE}?access_token=${encodeURIComponent(target.token)}`;
      for (const authorization of ['Bearer dead', 'Basic eDp5', 'Bearer']) {
        const answer = await call(target, 'GET', path, { token: null, headers: { authorization } });
        expectText(answer, 403, DENIED);
      }
    },
  },
  {
    id: 'oauth/form-token',
    says: 'The API does not read a token in a form body.',
    source: EXT,
    async check(target) {
      const body = new URLSearchParams({ access_token: target.token });
      const { status } = await call(target, 'POST', `${BASE}?size=1`, { token: null, body });
      assert.ok(status === 403 || status === 415, `status ${status}`);
    },
  },
  {
    id: 'oauth/dead-token',
    says: 'An invalid token does not cause a 401: the request counts as a guest’s, which is a 403 on the deposit API.',
    source: 'zenodo/zenodo#2543',
    async check(target) {
      const answer = await call(target, 'GET', BASE, { token: 'dead' });
      expectText(answer, 403, DENIED);
      assert.equal(answer.headers.get('www-authenticate'), null);
    },
  },
  {
    id: 'oauth/guest',
    says: 'A request without a token gets the same 403.',
    source: 'zenodo/zenodo-rdm:site/tests/legacy/test_quickstart.py',
    async check(target) {
      expectText(await call(target, 'GET', BASE, { token: null }), 403, DENIED);
      expectText(await call(target, 'POST', BASE, { token: null, json: {} }), 403, DENIED);
    },
  },
  {
    id: 'oauth/ping',
    says: '`/oauth/ping` answers `{"ping":"pong"}` to a valid token, by GET and POST, and an HTML 401 otherwise.',
    source: 'inveniosoftware/invenio-oauth2server:invenio_oauth2server/views/server.py',
    async check(target) {
      for (const method of ['GET', 'POST']) {
        const answer = await call(target, method, '/oauth/ping');
        expectText(answer, 200, '{"ping":"pong"}\n');
        assert.equal(answer.headers.get('content-type'), 'application/json');
        expectPage(await call(target, method, '/oauth/ping', { token: 'dead' }), 401);
      }
    },
  },
  {
    id: 'oauth/raw-query',
    says: 'A query with characters that are not percent-encoded is a 400 on every API request.',
    source: EXT,
    async check(target) {
      const text = '{"message":"Error trying to decode a non urlencoded string.","status":400}\n';
      for (const query of ['q="x"', 'q=<x>', 'q=a[0]', 'q={x}', 'q=%zz']) {
        assert.deepEqual(await getRaw(target, `${BASE}?${query}`), { status: 400, text }, query);
      }
      assert.equal((await getRaw(target, `${BASE}?size=1&x=%22a,b%22+~(c)*!:;@/?`)).status, 200);
    },
  },
  {
    id: 'oauth/csrf-no-cookies',
    says: 'Without cookies there is no CSRF check.',
    source: CSRF,
    check: async (target) => expectText(await createWith(target, {}), 403, DENIED),
  },
  {
    id: 'oauth/csrf-other-cookie',
    says: 'With any cookie but `csrftoken`, an unsafe call with an invalid token is a 400.',
    source: CSRF,
    async check(target) {
      const answer = await createWith(target, { cookie: 'SERVERID=1' });
      expectText(answer, 400, '{"message":"CSRF cookie not set.","status":400}\n');
    },
  },
  {
    id: 'oauth/csrf-cookie',
    says: 'With the `csrftoken` cookie of the first unsafe call but without its header, a call with an invalid token is a 400.',
    source: 'eblondel/zen4R#193',
    async check(target) {
      const answer = await createWith(target, { cookie: `csrftoken=${await csrfCookie(target)}` });
      expectText(answer, 400, '{"message":"CSRF token missing or incorrect.","status":400}\n');
      assert.equal(answer.headers.get('set-cookie'), null);
    },
  },
  {
    id: 'oauth/csrf-safe',
    says: 'Cookie, header and no token pass the CSRF check and are a guest; safe calls are never checked.',
    source: CSRF,
    needs: ['mock'],
    async check(target) {
      const token = await csrfCookie(target);
      const answer = await createWith(target, { cookie: `csrftoken=${token}`, 'x-csrftoken': token });
      expectText(answer, 403, DENIED);
      const safe = await call(target, 'GET', BASE, { token: 'dead', headers: { cookie: 'SERVERID=1' } });
      expectText(safe, 403, DENIED);
    },
  },
  {
    id: 'oauth/csrf-valid-token',
    says: 'A valid token skips the CSRF check.',
    source: EXT,
    async check(target) {
      const headers = { cookie: 'SERVERID=1; csrftoken=stale' };
      const created = await call(target, 'POST', BASE, { json: {}, headers });
      assert.equal(created.status, 201, created.text);
      const { id } = created.json as { id: number };
      assert.equal((await call(target, 'DELETE', `${BASE}/${id}`, { headers })).status, 204);
    },
  },
];
