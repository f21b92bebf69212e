import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify';
import { routeNotFound } from '../errors.js';
import { PAGE_HEADERS } from '../pages/page.js';
import type { User } from '../store/model.js';
import { type AuthorizeRequest, checkAuthorizeRequest } from './authorize-request.js';
import { consentPage } from './consent-page.js';
import { errorsPage } from './errors-page.js';
import { withFragment, withQuery } from './location.js';
import { clientError } from './protocol-errors.js';
import { sendTo } from './redirect.js';
import { loginLocation, sessionUser } from './session.js';
import { issueToken } from './tokens.js';
import { userRepr } from './user-claims.js';

/**
 * Seconds until an authorization code expires: the default of the cache in which Zenodo stores
 * codes.
 */
const CODE_LIFETIME = 100;

/** The consent page, the decision, and the page for errors that must not go back to a client. */
export const authorizeRoutes: FastifyPluginAsync = async (app) => {
  app.get('/oauth/authorize', async (request, reply) => {
    const user = sessionUser(request, null);
    if (user === null) return sendTo(reply, loginLocation(request));
    const wanted = checked(app, request);
    const { mode } = app.mock.consent;
    if (mode === 'ask')
      return reply
        .headers(PAGE_HEADERS)
        .send(consentPage({ wanted, user, owner: owner(app, wanted), switchUser: loginLocation(request) }));
    return sendTo(reply, decide(app, wanted, user, mode === 'approve'));
  });

  app.post('/oauth/authorize', async (request, reply) => {
    const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
    const user = sessionUser(request, form.get('user'));
    if (user === null) return sendTo(reply, loginLocation(request));
    return sendTo(reply, decide(app, checked(app, request), user, form.get('confirm') === 'yes'));
  });

  app.get('/oauth/errors', async (request, reply) =>
    reply.headers(PAGE_HEADERS).send(errorsPage(queryOf(request))),
  );
  for (const path of ['/oauth/info', '/oauth/invalid']) {
    app.get(path, async () => {
      throw routeNotFound();
    });
  }
};

function queryOf(request: FastifyRequest): URLSearchParams {
  return new URLSearchParams(/\?(.*)$/s.exec(request.raw.url ?? '')?.[1] ?? '');
}

/** The request's parameters. A form may contain what the query does not. */
function checked(app: FastifyInstance, request: FastifyRequest): AuthorizeRequest {
  const parameters = queryOf(request);
  if (request.body instanceof URLSearchParams) {
    for (const [name, value] of request.body) parameters.append(name, value);
  }
  return checkAuthorizeRequest(app.mock.store, parameters);
}

function owner(app: FastifyInstance, wanted: AuthorizeRequest): User | undefined {
  return app.mock.store.users.get(wanted.app.ownerId);
}

/** Where the browser goes after the decision: with a code, a token, or `access_denied`. */
function decide(app: FastifyInstance, wanted: AuthorizeRequest, user: User, approved: boolean): string {
  const { app: client, redirectUri, scopes, state } = wanted;
  if (!approved) throw clientError(redirectUri, state, 'access_denied');
  const { store, ids, clock } = app.mock;
  const grant = { clientId: client.clientId, userId: user.id, scopes };
  if (wanted.responseType === 'token') {
    const token = issueToken(app.mock, { ...grant, withRefresh: false });
    return withFragment(redirectUri, {
      access_token: token.accessToken,
      expires_in: String(app.mock.options.tokenLifetime),
      token_type: 'Bearer',
      scope: scopes.join(' '),
      state: state ?? undefined,
      user: userRepr(user, scopes),
    });
  }
  for (const old of store.codes.values()) if (old.expiresAt <= clock.now()) store.codes.delete(old.code);
  const code = ids.alphanumeric(30);
  store.codes.set(code, { ...grant, code, redirectUri, expiresAt: clock.now() + CODE_LIFETIME * 1000 });
  return withQuery(redirectUri, { code, state: state || undefined });
}
