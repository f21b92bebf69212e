import assert from 'node:assert/strict';
import {
  authorizePath,
  CLIENT,
  exchange,
  expectPage,
  expectText,
  locationOf,
  newCode,
  postToken,
  REDIRECT,
} from './oauth-flow.js';
import { call, type Rule } from './rule.js';

const VIEWS = 'inveniosoftware/invenio-oauth2server:invenio_oauth2server/views/server.py';
const VALIDATOR = 'inveniosoftware/flask-oauthlib-invenio:flask_oauthlib/provider/oauth2.py';

/** How a client must authenticate at `/oauth/token`, and the pages that it gets otherwise. */
export const transportRules: Rule[] = [
  {
    id: 'oauth/token-basic',
    says: 'HTTP Basic alone is an HTML 404; with the id in the body and no secret it is `invalid_client`.',
    source: VIEWS,
    needs: ['mock'],
    async check(target) {
      const headers = { authorization: `Basic ${btoa(`${CLIENT.client_id}:${CLIENT.client_secret}`)}` };
      const form = { grant_type: 'authorization_code', code: await newCode(target), redirect_uri: REDIRECT };
      const send = (fields: Record<string, string>) =>
        call(target, 'POST', '/oauth/token', { token: null, headers, body: new URLSearchParams(fields) });
      expectPage(await send(form), 404);
      expectText(await send({ ...form, client_id: CLIENT.client_id }), 401, '{"error": "invalid_client"}');
    },
  },
  {
    id: 'oauth/token-json',
    says: 'A JSON body is not read: HTML 404.',
    source: VIEWS,
    async check(target) {
      const json = { grant_type: 'client_credentials', ...CLIENT };
      expectPage(await call(target, 'POST', '/oauth/token', { token: null, json }), 404);
    },
  },
  {
    id: 'oauth/multipart',
    says: 'Token endpoint, consent and ping read multipart forms too, but no files in them.',
    source: 'inveniosoftware/flask-oauthlib-invenio:flask_oauthlib/utils.py',
    needs: ['mock'],
    async check(target) {
      const send = (path: string, fields: Record<string, string | Blob>) => {
        const body = new FormData();
        for (const [name, value] of Object.entries(fields)) body.set(name, value);
        return call(target, 'POST', path, { token: null, body });
      };
      const code = new URL(locationOf(await send(authorizePath(), { confirm: 'yes' }))).searchParams.get(
        'code',
      );
      const exchanged = { grant_type: 'authorization_code', code: code ?? '', redirect_uri: REDIRECT };
      assert.equal((await send('/oauth/token', { ...exchanged, ...CLIENT })).status, 200);
      assert.equal((await send('/oauth/ping', { access_token: target.token })).status, 200);
      assert.equal((await send('/oauth/ping', { access_token: new Blob([target.token]) })).status, 401);
      const path = `/oauth/ping?access_token=${target.token}`;
      assert.equal((await send(path, { access_token: 'dead' })).status, 401, 'the form counts');
      const lenient = [
        'before\n--b\nContent-Disposition: form-data; name=access_token',
        'Content-Type: text/plain',
        '',
        `${target.token}\n--b--\nafter`,
      ].join('\n');
      const headers = { 'content-type': 'multipart/form-data; boundary="b"' };
      const sent = await call(target, 'POST', '/oauth/ping', { body: lenient, headers, token: null });
      assert.equal(sent.status, 200, 'written otherwise');
      const broken = { body: 'x', headers: { 'content-type': 'multipart/form-data' }, token: null };
      assert.equal((await call(target, 'POST', '/oauth/ping', broken)).status, 401);
    },
  },
  {
    id: 'oauth/token-unknown-client',
    says: 'An unknown client is an HTML 404.',
    source: VIEWS,
    async check(target) {
      expectPage(
        await postToken(target, { grant_type: 'authorization_code', client_id: 'nobody', code: 'x' }),
        404,
      );
    },
  },
  {
    id: 'oauth/token-query',
    says: 'A query string on the token endpoint is an HTML 500.',
    source: 'oauthlib/oauthlib:oauthlib/oauth2/rfc6749/endpoints/base.py',
    needs: ['mock'],
    async check(target) {
      expectPage(
        await postToken(target, { grant_type: 'client_credentials', ...CLIENT }, '/oauth/token?x=1'),
        500,
      );
    },
  },
  {
    id: 'oauth/token-post-only',
    says: 'Only POST reaches the token endpoint; the rest is an HTML 405.',
    source: VIEWS,
    async check(target) {
      for (const method of ['GET', 'PUT', 'DELETE']) {
        expectPage(await call(target, method, '/oauth/token', { token: null }), 405);
      }
    },
  },
  {
    id: 'oauth/token-no-cors',
    says: 'The OAuth pages have no CORS headers.',
    source: 'inveniosoftware/invenio-app:invenio_app/factory.py',
    async check(target) {
      const headers = { origin: 'https://example.org' };
      const answer = await call(target, 'POST', '/oauth/token', { token: null, headers });
      assert.equal(answer.headers.get('access-control-allow-origin'), null);
    },
  },
  {
    id: 'oauth/token-wrong-secret',
    says: 'A wrong secret is a 401 with a `WWW-Authenticate: Bearer`.',
    source: VALIDATOR,
    needs: ['mock'],
    async check(target) {
      const answer = await exchange(target, await newCode(target), { client_secret: 'wrong' });
      expectText(answer, 401, '{"error": "invalid_client"}');
      assert.equal(answer.headers.get('www-authenticate'), 'Bearer error="invalid_client"');
    },
  },
];
