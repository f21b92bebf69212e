import assert from 'node:assert/strict';
import {
  authorizePath,
  CLIENT,
  decide,
  exchange,
  expectText,
  locationOf,
  newCode,
  postToken,
  probe,
  REDIRECT,
  tokenOf,
} from './oauth-flow.js';
import type { Rule } from './rule.js';

const PROVIDER = 'inveniosoftware/invenio-oauth2server:invenio_oauth2server/provider.py';
const VALIDATOR = 'inveniosoftware/flask-oauthlib-invenio:flask_oauthlib/provider/oauth2.py';
const GRANTS = 'oauthlib/oauthlib:oauthlib/oauth2/rfc6749/grant_types';

/** A rule about the error for one form. */
function refuses(
  id: string,
  says: string,
  source: string,
  fields: Record<string, string>,
  answer: [number, string],
): Rule {
  return {
    id: `oauth/token-${id}`,
    says,
    source,
    needs: ['mock'],
    check: async (target) => expectText(await postToken(target, fields), ...answer),
  };
}

/** `/oauth/token`: codes, the response, and the errors. */
export const tokenRules: Rule[] = [
  {
    id: 'oauth/token-body',
    says: 'A code is exchanged for spaced JSON with keys in a fixed order, a string as user id, and no caching.',
    source: `${GRANTS}/authorization_code.py`,
    needs: ['mock'],
    async check(target) {
      const answer = await exchange(
        target,
        await newCode(target, { scope: 'deposit:write deposit:actions' }),
      );
      assert.match(
        answer.text,
        /^\{"access_token": "\w{30}", "expires_in": \d+, "token_type": "Bearer", "scope": "deposit:write deposit:actions", "refresh_token": "\w{30}", "user": \{"id": "\d+"\}\}$/,
      );
      const headers = ['content-type', 'cache-control', 'pragma'].map((name) => answer.headers.get(name));
      assert.deepEqual([answer.status, ...headers], [200, 'application/json', 'no-store', 'no-cache']);
    },
  },
  {
    id: 'oauth/token-email',
    says: 'The scope `user:email` adds the address to the user of the token answer.',
    source: 'inveniosoftware/invenio-oauth2server:invenio_oauth2server/models.py',
    needs: ['mock'],
    async check(target) {
      const { user } = tokenOf(await exchange(target, await newCode(target, { scope: 'user:email' })));
      assert.deepEqual(Object.keys(user), ['id', 'email', 'email_verified']);
    },
  },
  {
    id: 'oauth/token-no-scope',
    says: 'Without a scope the token has the client’s default scopes: none.',
    source: 'inveniosoftware/invenio-oauth2server:invenio_oauth2server/models.py',
    needs: ['mock'],
    async check(target) {
      assert.equal(tokenOf(await exchange(target, await newCode(target))).scope, '');
    },
  },
  {
    id: 'oauth/code-once',
    says: 'A code works once.',
    source: VALIDATOR,
    needs: ['mock'],
    async check(target) {
      const code = await newCode(target);
      tokenOf(await exchange(target, code));
      expectText(await exchange(target, code), 400, '{"error": "invalid_grant"}');
    },
  },
  {
    id: 'oauth/code-redirect',
    says: 'The redirect URI must be the one of the authorize request; a mismatch does not use up the code.',
    source: VALIDATOR,
    needs: ['mock'],
    async check(target) {
      const code = await newCode(target);
      const wrong = await exchange(target, code, { redirect_uri: `${REDIRECT}/` });
      expectText(
        wrong,
        400,
        '{"error": "invalid_request", "error_description": "Mismatching redirect URI."}',
      );
      tokenOf(await exchange(target, code));
    },
  },
  {
    id: 'oauth/pkce-ignored',
    says: 'PKCE is not enforced: a wrong or missing verifier is accepted.',
    source: VALIDATOR,
    needs: ['mock'],
    async check(target) {
      for (const verifier of [{}, { code_verifier: 'wrong' }]) {
        const code = await newCode(target, { code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' });
        tokenOf(await exchange(target, code, verifier));
      }
    },
  },
  {
    id: 'oauth/one-live-token',
    says: 'A new token of the same client and user revokes the earlier one, whichever grant either came from.',
    source: PROVIDER,
    needs: ['mock'],
    async check(target) {
      const first = tokenOf(await exchange(target, await newCode(target)));
      const implicit = locationOf(await decide(target, 'yes', authorizePath({ response_type: 'token' })));
      const second = new URLSearchParams(implicit.split('#')[1]).get('access_token');
      assert.deepEqual([await probe(target, first.access_token), await probe(target, second)], [403, 200]);
      tokenOf(await postToken(target, { grant_type: 'client_credentials', ...CLIENT }));
      assert.equal(await probe(target, second), 403);
    },
  },
  refuses(
    'missing-code',
    'An exchange without a code is refused for that, even before the secret is checked.',
    `${GRANTS}/authorization_code.py`,
    { grant_type: 'authorization_code', client_id: CLIENT.client_id },
    [400, '{"error": "invalid_request", "error_description": "Missing code parameter."}'],
  ),
  refuses(
    'bad-code',
    'An invented code is `invalid_grant` with status 400.',
    `${GRANTS}/authorization_code.py`,
    { grant_type: 'authorization_code', code: 'invented', ...CLIENT },
    [400, '{"error": "invalid_grant"}'],
  ),
  refuses(
    'missing-grant',
    'A missing grant type is `unsupported_grant_type`.',
    `${GRANTS}/authorization_code.py`,
    CLIENT,
    [400, '{"error": "unsupported_grant_type"}'],
  ),
  refuses(
    'unknown-grant',
    'An unknown grant type is `unsupported_grant_type`.',
    `${GRANTS}/authorization_code.py`,
    { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', ...CLIENT },
    [400, '{"error": "unsupported_grant_type"}'],
  ),
  refuses(
    'password',
    'The password grant rejects every password.',
    `${GRANTS}/resource_owner_password_credentials.py`,
    { grant_type: 'password', username: 'mock-user', password: 'x', ...CLIENT },
    [400, '{"error": "invalid_grant", "error_description": "Invalid credentials given."}'],
  ),
];
