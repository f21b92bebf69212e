import assert from 'node:assert/strict';
import {
  CLIENT,
  exchange,
  expectText,
  newCode,
  postToken,
  probe,
  type TokenBody,
  tokenOf,
} from './oauth-flow.js';
import type { Answer, Rule, Target } from './rule.js';

const PROVIDER = 'inveniosoftware/invenio-oauth2server:invenio_oauth2server/provider.py';
const REFRESH = 'oauthlib/oauthlib:oauthlib/oauth2/rfc6749/grant_types/refresh_token.py';
const CREDENTIALS = 'oauthlib/oauthlib:oauthlib/oauth2/rfc6749/grant_types/client_credentials.py';

async function newToken(target: Target, scope = 'deposit:write deposit:actions'): Promise<TokenBody> {
  return tokenOf(await exchange(target, await newCode(target, { scope })));
}

function refresh(target: Target, token: TokenBody, fields: Record<string, string> = {}): Promise<Answer> {
  const refreshToken = token.refresh_token ?? '';
  return postToken(target, {
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    ...CLIENT,
    ...fields,
  });
}

/** Refreshing, and the client credentials grant. */
export const refreshRules: Rule[] = [
  {
    id: 'oauth/refresh-rotates',
    says: 'Refreshing replaces both tokens. The old ones stop working at once, and replaying them does not revoke the new ones.',
    source: PROVIDER,
    needs: ['mock'],
    async check(target) {
      const old = await newToken(target);
      const fresh = tokenOf(await refresh(target, old));
      assert.notEqual(fresh.access_token, old.access_token);
      assert.notEqual(fresh.refresh_token, old.refresh_token);
      expectText(await refresh(target, old), 400, '{"error": "invalid_grant"}');
      assert.deepEqual(
        [await probe(target, old.access_token), await probe(target, fresh.access_token)],
        [403, 200],
      );
    },
  },
  {
    id: 'oauth/refresh-keeps-scope',
    says: 'Refreshing without a scope keeps it.',
    source: REFRESH,
    needs: ['mock'],
    async check(target) {
      assert.equal(
        tokenOf(await refresh(target, await newToken(target))).scope,
        'deposit:write deposit:actions',
      );
    },
  },
  {
    id: 'oauth/refresh-narrows',
    says: 'A refresh may narrow the scope permanently. Widening it is `invalid_scope` and changes nothing.',
    source: REFRESH,
    needs: ['mock'],
    async check(target) {
      const narrow = tokenOf(await refresh(target, await newToken(target), { scope: 'deposit:write' }));
      assert.equal(narrow.scope, 'deposit:write');
      const wider = await refresh(target, narrow, { scope: 'deposit:write deposit:actions' });
      expectText(wider, 400, '{"error": "invalid_scope"}');
      assert.equal(tokenOf(await refresh(target, narrow)).scope, 'deposit:write');
    },
  },
  {
    id: 'oauth/refresh-missing',
    says: 'A refresh without a refresh token says so.',
    source: REFRESH,
    needs: ['mock'],
    async check(target) {
      expectText(
        await postToken(target, { grant_type: 'refresh_token', ...CLIENT }),
        400,
        '{"error": "invalid_request", "error_description": "Missing refresh token parameter."}',
      );
    },
  },
  {
    id: 'oauth/refresh-secret',
    says: 'A refresh with a wrong secret is `invalid_client` and rotates nothing.',
    source: REFRESH,
    needs: ['mock'],
    async check(target) {
      const token = await newToken(target);
      expectText(
        await refresh(target, token, { client_secret: 'wrong' }),
        401,
        '{"error": "invalid_client"}',
      );
      assert.equal(await probe(target, token.access_token), 200);
    },
  },
  {
    id: 'oauth/client-credentials',
    says: 'Client credentials give a token of the user who registered the app, without a refresh token.',
    source: CREDENTIALS,
    needs: ['mock'],
    async check(target) {
      const form = { grant_type: 'client_credentials', scope: 'deposit:write', ...CLIENT };
      const answer = await postToken(target, form);
      assert.match(
        answer.text,
        /^\{"access_token": "\w{30}", "expires_in": \d+, "token_type": "Bearer", "scope": "deposit:write", "user": \{"id": "\d+"\}\}$/,
      );
      assert.equal(await probe(target, tokenOf(answer).access_token), 200);
    },
  },
  {
    id: 'oauth/client-credentials-scope',
    says: 'Client credentials with an unknown scope are `invalid_scope`.',
    source: CREDENTIALS,
    needs: ['mock'],
    async check(target) {
      const form = { grant_type: 'client_credentials', scope: 'everything', ...CLIENT };
      expectText(await postToken(target, form), 400, '{"error": "invalid_scope"}');
    },
  },
  {
    id: 'oauth/client-credentials-secret',
    says: 'Client credentials need the secret.',
    source: CREDENTIALS,
    needs: ['mock'],
    async check(target) {
      const form = { grant_type: 'client_credentials', client_id: CLIENT.client_id };
      expectText(await postToken(target, form), 401, '{"error": "invalid_client"}');
    },
  },
];
