import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { internalError, routeNotFound } from '../errors.js';
import { flaskJson, spacedJson } from '../json.js';
import type { Token } from '../store/model.js';
import { answerGrant } from './grants.js';
import { userClaims } from './user-claims.js';

/** No token response may be cached, not even an error. */
export const TOKEN_HEADERS = {
  'content-type': 'application/json',
  'cache-control': 'no-store',
  pragma: 'no-cache',
};

/** `POST /oauth/token`, with the peculiarities of the web application around it. */
export const tokenRoutes: FastifyPluginAsync = async (app) => {
  const { mock } = app;

  app.post('/oauth/token', async (request, reply) => {
    if (/\?./.test(request.raw.url ?? '')) throw internalError();
    const form = credentials(request, mock.options.acceptBasic);
    const client = mock.store.apps.get(form.get('client_id') ?? '');
    if (client === undefined) throw routeNotFound();
    if (!client.confidential && form.get('grant_type') === 'client_credentials') {
      // The web application's own response, before the OAuth library sees the request: compact, and
      // cacheable.
      return reply
        .code(401)
        .type('application/json')
        .send(flaskJson({ error: 'invalid_client' }));
    }
    const token = answerGrant(mock, client, form);
    return reply.headers(TOKEN_HEADERS).send(spacedJson(tokenAnswer(token)));
  });

  function tokenAnswer(token: Token): Record<string, unknown> {
    const user = mock.store.users.get(token.userId);
    return {
      access_token: token.accessToken,
      expires_in: mock.options.tokenLifetime,
      token_type: 'Bearer',
      scope: token.scopes.join(' '),
      refresh_token: token.refreshToken ?? undefined,
      user: user === undefined ? undefined : userClaims(user, token.scopes),
    };
  }
};

/** Only the form: no JSON, and HTTP Basic only with the relaxation `acceptBasic`. */
function credentials(request: FastifyRequest, acceptBasic: boolean): URLSearchParams {
  const form = new URLSearchParams(request.body instanceof URLSearchParams ? request.body : '');
  const basic = /^basic\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (!acceptBasic || basic === undefined) return form;
  const [id = '', secret = ''] = Buffer.from(basic, 'base64').toString().split(/:(.*)/s);
  const plain = new URLSearchParams(`id=${id}&secret=${secret}`);
  if (!form.has('client_id')) form.set('client_id', plain.get('id') ?? '');
  if (!form.has('client_secret')) form.set('client_secret', plain.get('secret') ?? '');
  return form;
}
