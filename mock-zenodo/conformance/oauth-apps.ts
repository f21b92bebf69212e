import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  authorizePath,
  decide,
  exchange,
  expectText,
  locationOf,
  newCode,
  postToken,
  probe,
  tokenOf,
} from './oauth-flow.js';
import { call, type Rule, type Target } from './rule.js';

const PROVIDER = 'inveniosoftware/invenio-oauth2server:invenio_oauth2server/provider.py';
const MODELS = 'inveniosoftware/invenio-oauth2server:invenio_oauth2server/models.py';
const VIEWS = 'inveniosoftware/invenio-oauth2server:invenio_oauth2server/views/server.py';
const VALIDATORS = 'inveniosoftware/invenio-oauth2server:invenio_oauth2server/validators.py';
const VALIDATOR = 'inveniosoftware/flask-oauthlib-invenio:flask_oauthlib/provider/oauth2.py';

const INVALID_GRANT = '{"error": "invalid_grant"}';
const FIRST = 'https://portal.example.org/callback';
const SECOND = 'http://localhost:3000/back';

interface SeededApp {
  clientId: string;
  clientSecret: string;
}

/** A new app for the rule, and the fields that it sends to the token endpoint. */
async function newApp(target: Target, more: Record<string, unknown> = {}) {
  const app = { name: `rule ${randomUUID()}`, redirectUris: [FIRST, SECOND], ...more };
  const answer = await call(target, 'POST', '/_mock/seed', { token: null, json: { apps: [app] } });
  assert.ok(answer.status < 300, answer.text);
  const [made] = (answer.json as { apps: SeededApp[] }).apps;
  assert.ok(made);
  const keys = { client_id: made.clientId, client_secret: made.clientSecret };
  return { made, keys, redirect: { client_id: made.clientId, redirect_uri: FIRST } };
}

/** A rule about a new app. */
function rule(id: string, says: string, source: string, check: Rule['check']): Rule {
  return { id: `oauth/${id}`, says, source, needs: ['mock'], check };
}

/** Registered apps: redirect URIs, public clients, and whose tokens they get. */
export const appRules: Rule[] = [
  rule('app-credentials', 'A client id has 40, a secret 60 letters and digits.', MODELS, async (target) => {
    const { made } = await newApp(target);
    assert.match(made.clientId, /^[A-Za-z0-9]{40}$/);
    assert.match(made.clientSecret, /^[A-Za-z0-9]{60}$/);
  }),
  rule(
    'app-registration',
    'Redirect URIs are https, or http on `localhost` and `127.0.0.1` with any port and path.',
    VALIDATORS,
    async (target) => {
      const register = async (uri: string) => {
        const apps = [{ name: `rule ${randomUUID()}`, redirectUris: [uri] }];
        return (await call(target, 'POST', '/_mock/seed', { token: null, json: { apps } })).status;
      };
      for (const uri of [FIRST, SECOND, 'http://127.0.0.1/a?b=c'])
        assert.ok((await register(uri)) < 300, uri);
      for (const uri of ['http://example.org/', 'ftp://localhost/', 'javascript:alert(1)', 'nowhere']) {
        assert.equal(await register(uri), 400, uri);
      }
    },
  ),
  rule(
    'redirect-default',
    'Without a redirect URI the first registered one is used, and compared at the exchange.',
    VALIDATOR,
    async (target) => {
      const { keys } = await newApp(target);
      const authorize = `/oauth/authorize?response_type=code&client_id=${keys.client_id}`;
      const location = new URL(locationOf(await decide(target, 'yes', authorize)));
      assert.equal(location.origin + location.pathname, FIRST);
      const form = { grant_type: 'authorization_code', ...keys };
      const code = location.searchParams.get('code') ?? '';
      tokenOf(await postToken(target, { ...form, code }));

      const second = await newCode(target, { client_id: keys.client_id, redirect_uri: SECOND });
      expectText(
        await postToken(target, { ...form, code: second }),
        400,
        '{"error": "invalid_request", "error_description": "Mismatching redirect URI."}',
      );
    },
  ),
  rule(
    'redirect-exact',
    'Redirect URIs are compared as strings: port, path, slash and query count, on loopback too.',
    VALIDATOR,
    async (target) => {
      const { keys } = await newApp(target);
      for (const uri of [
        `${FIRST}/`,
        `${FIRST}?x=1`,
        'http://localhost:3001/back',
        'http://127.0.0.1:3000/back',
      ]) {
        const query = new URLSearchParams({
          response_type: 'code',
          client_id: keys.client_id,
          redirect_uri: uri,
        });
        const answer = await call(target, 'GET', `/oauth/authorize?${query}`, { token: null });
        assert.match(locationOf(answer), /^\/oauth\/errors\?.*Mismatching\+redirect\+URI\./, uri);
      }
    },
  ),
  rule(
    'code-client',
    'A code works only for the client that it was issued to.',
    VALIDATOR,
    async (target) => {
      const [mine, other] = [await newApp(target), await newApp(target)];
      const code = await newCode(target, mine.redirect);
      const theirs = await exchange(target, code, { ...other.keys, redirect_uri: FIRST });
      expectText(theirs, 400, INVALID_GRANT);
      tokenOf(await exchange(target, code, { ...mine.keys, redirect_uri: FIRST }));
    },
  ),
  rule(
    'public-code',
    'A public client needs no secret to exchange a code, and gets a refresh token.',
    VALIDATOR,
    async (target) => {
      const { keys, redirect } = await newApp(target, { confidential: false });
      const fields = { grant_type: 'authorization_code', client_id: keys.client_id, redirect_uri: FIRST };
      const code = await newCode(target, redirect);
      assert.ok(tokenOf(await postToken(target, { ...fields, code })).refresh_token);
      const again = await newCode(target, redirect);
      tokenOf(await postToken(target, { ...fields, code: again, client_secret: 'wrong' }));
    },
  ),
  rule('public-refresh', 'The refresh token of a public client never works.', PROVIDER, async (target) => {
    const { keys, redirect } = await newApp(target, { confidential: false });
    const code = await newCode(target, redirect);
    const token = tokenOf(await exchange(target, code, { ...keys, redirect_uri: FIRST }));
    const form = { grant_type: 'refresh_token', refresh_token: token.refresh_token ?? '', ...keys };
    expectText(await postToken(target, form), 400, INVALID_GRANT);
    assert.equal(await probe(target, token.access_token), 200);
  }),
  rule(
    'public-credentials',
    'A public client that asks for client credentials gets a compact `invalid_client` without `WWW-Authenticate`.',
    VIEWS,
    async (target) => {
      const { keys } = await newApp(target, { confidential: false });
      const answer = await postToken(target, { grant_type: 'client_credentials', ...keys });
      expectText(answer, 401, '{"error":"invalid_client"}\n');
      assert.equal(answer.headers.get('www-authenticate'), null);
    },
  ),
  rule(
    'blocked-owner',
    'The app of a blocked account is `invalid_client` at the token endpoint and unknown at the consent page.',
    MODELS,
    async (target) => {
      const username = `rule-${randomUUID()}`;
      const users = [{ username, blocked: true }];
      await call(target, 'POST', '/_mock/seed', { token: null, json: { users } });
      const { keys, redirect } = await newApp(target, { owner: username });
      const answer = await postToken(target, { grant_type: 'client_credentials', ...keys });
      expectText(answer, 401, '{"error": "invalid_client"}');
      const page = await call(target, 'GET', authorizePath(redirect), { token: null });
      assert.match(locationOf(page), /^\/oauth\/errors\?.*Invalid\+client_id\+parameter\+value\./);
    },
  ),
  rule(
    'one-live-token-per-client',
    'Tokens of another client of the same user are left alone.',
    PROVIDER,
    async (target) => {
      const [mine, other] = [await newApp(target), await newApp(target)];
      const tokens = [];
      for (const { keys, redirect } of [mine, other]) {
        const code = await newCode(target, redirect);
        tokens.push(tokenOf(await exchange(target, code, { ...keys, redirect_uri: FIRST })).access_token);
      }
      for (const token of tokens) assert.equal(await probe(target, token), 200);
    },
  ),
];
