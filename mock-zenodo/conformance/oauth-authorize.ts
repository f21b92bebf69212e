import assert from 'node:assert/strict';
import { authorizePath, decide, expectPage, locationOf, REDIRECT } from './oauth-flow.js';
import { call, type Rule, type Target } from './rule.js';

const VIEWS = 'inveniosoftware/invenio-oauth2server:invenio_oauth2server/views/server.py';
const GRANTS = 'oauthlib/oauthlib:oauthlib/oauth2/rfc6749/grant_types/authorization_code.py';
const PROVIDER = 'inveniosoftware/flask-oauthlib-invenio:flask_oauthlib/provider/oauth2.py';

/** A rule about where an authorize request sends the browser without any decision. */
function sendsTo(id: string, says: string, source: string, path: string, location: string): Rule {
  return {
    id: `oauth/authorize-${id}`,
    says,
    source,
    needs: ['mock'],
    check: async (target) => assert.equal(locationOf(await show(target, path)), location),
  };
}

function show(target: Target, path: string) {
  return call(target, 'GET', path, { token: null });
}

const FATAL = '/oauth/errors?error=invalid_request&error_description=';

/** `/oauth/authorize` and `/oauth/errors`. */
export const authorizeRules: Rule[] = [
  {
    id: 'oauth/consent-page',
    says: 'The consent page is shown on every GET, also after the same scopes were approved, and names the app and the scopes.',
    source: VIEWS,
    needs: ['mock'],
    async check(target) {
      const path = authorizePath({ scope: 'deposit:write' });
      await decide(target, 'yes', path);
      const answer = await show(target, path);
      expectPage(answer, 200);
      assert.match(answer.text, /Mock client/);
      assert.match(answer.text, /deposit:write/);
    },
  },
  {
    id: 'oauth/consent-form',
    says: 'The form goes back to the same URL with the one field `confirm` and without a CSRF field.',
    source:
      'inveniosoftware/invenio-oauth2server:invenio_oauth2server/templates/invenio_oauth2server/authorize.html',
    needs: ['mock'],
    async check(target) {
      const { text } = await show(target, authorizePath());
      assert.match(text, /<form action="" method="POST">/);
      assert.deepEqual(
        [...text.matchAll(/name="(\w+)" value="(\w+)"/g)].map(([, name, value]) => [name, value]),
        [
          ['confirm', 'yes'],
          ['confirm', 'no'],
        ],
      );
      assert.doesNotMatch(text, /<input/);
    },
  },
  {
    id: 'oauth/approve-code',
    says: 'Approval sends the browser back with a code of 30 letters and digits and the unchanged state.',
    source: GRANTS,
    needs: ['mock'],
    async check(target) {
      const state = 'a b&c=ü/~';
      const location = new URL(locationOf(await decide(target, 'yes', authorizePath({ state }))));
      assert.equal(location.origin + location.pathname, REDIRECT);
      assert.match(location.searchParams.get('code') ?? '', /^[A-Za-z0-9]{30}$/);
      assert.equal(location.searchParams.get('state'), state);
    },
  },
  {
    id: 'oauth/deny',
    says: 'Rejecting sends the browser back with `access_denied` and no description.',
    source: PROVIDER,
    needs: ['mock'],
    async check(target) {
      const answer = await decide(target, 'no', authorizePath({ state: 's' }));
      assert.equal(locationOf(answer), `${REDIRECT}?error=access_denied&state=s`);
    },
  },
  {
    id: 'oauth/redirect-keeps-query',
    says: 'A redirect URI may have its own query. The parameters of the response are appended to it.',
    source: 'oauthlib/oauthlib:oauthlib/common.py',
    needs: ['mock'],
    async check(target) {
      const path = authorizePath({ redirect_uri: `${REDIRECT}?flow=1` });
      assert.equal(locationOf(await decide(target, 'no', path)), `${REDIRECT}?flow=1&error=access_denied`);
    },
  },
  {
    id: 'oauth/approve-token',
    says: 'The implicit grant works: the token is in the fragment, with the user as Python prints it and without a refresh token.',
    source: 'oauthlib/oauthlib:oauthlib/oauth2/rfc6749/grant_types/implicit.py',
    needs: ['mock'],
    async check(target) {
      const path = authorizePath({ response_type: 'token', state: 's', scope: 'deposit:write' });
      const [uri, fragment] = locationOf(await decide(target, 'yes', path)).split('#');
      assert.equal(uri, REDIRECT);
      assert.match(
        fragment ?? '',
        /^access_token=\w{30}&expires_in=\d+&token_type=Bearer&scope=deposit%3Awrite&state=s&user=%7B%27id%27%3A\+%27\d+%27%7D$/,
      );
    },
  },
  sendsTo(
    'unknown-scope',
    'An unknown scope goes back to the client as `invalid_scope`.',
    'inveniosoftware/invenio-oauth2server:invenio_oauth2server/models.py',
    authorizePath({ scope: 'deposit:write deposit:everything', state: 's' }),
    `${REDIRECT}?error=invalid_scope&state=s`,
  ),
  sendsTo(
    'unknown-response-type',
    'An unsupported response type goes back to the client.',
    GRANTS,
    authorizePath({ response_type: 'magic', state: 's' }),
    `${REDIRECT}?error=unsupported_response_type&state=s`,
  ),
  sendsTo(
    'missing-response-type',
    'A missing response type goes back to the client as `invalid_request`.',
    GRANTS,
    `/oauth/authorize?client_id=mock-client&redirect_uri=${encodeURIComponent(REDIRECT)}&state=s`,
    `${REDIRECT}?error=invalid_request&error_description=Missing+response_type+parameter.&state=s`,
  ),
  sendsTo(
    'challenge-method',
    'PKCE is checked for syntax: an unknown method is refused.',
    GRANTS,
    authorizePath({ code_challenge: 'x'.repeat(43), code_challenge_method: 'S512', state: 's' }),
    `${REDIRECT}?error=invalid_request&error_description=Transform+algorithm+not+supported.&state=s`,
  ),
  sendsTo(
    'unknown-client',
    'An unknown client is a fatal error: the browser is sent to the errors page, and not to the client.',
    GRANTS,
    authorizePath({ client_id: 'nobody', state: 's' }),
    `${FATAL}Invalid+client_id+parameter+value.&state=s`,
  ),
  sendsTo(
    'unregistered-redirect',
    'A redirect URI that is not registered is a fatal error.',
    GRANTS,
    authorizePath({ redirect_uri: 'https://example.org/callback', state: 's' }),
    `${FATAL}Mismatching+redirect+URI.&state=s`,
  ),
  sendsTo(
    'duplicate-parameter',
    'A parameter given twice is a fatal error.',
    GRANTS,
    `${authorizePath({ state: 's' })}&scope=deposit%3Awrite&scope=deposit%3Aactions`,
    `${FATAL}Duplicate+scope+parameter.&state=s`,
  ),
  {
    id: 'oauth/errors-page',
    says: 'The errors page is a page with status 200.',
    source: VIEWS,
    async check(target) {
      expectPage(await show(target, `${FATAL}Mismatching+redirect+URI.`), 200);
    },
  },
  {
    id: 'oauth/debug-pages',
    says: '`/oauth/info` and `/oauth/invalid` do not exist in production.',
    source: VIEWS,
    needs: ['mock'],
    async check(target) {
      for (const path of ['/oauth/info', '/oauth/invalid']) {
        expectPage(await call(target, 'GET', path), 404);
      }
    },
  },
];
