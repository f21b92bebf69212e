import type { FastifyPluginAsync } from 'fastify';
import { FrameworkError } from '../errors.js';
import { flaskJson } from '../json.js';
import { identityOf, presentedToken } from './identity.js';

/**
 * `/oauth/ping` says whether a token is valid. It is the only place where an invalid one is a 401.
 */
export const pingRoutes: FastifyPluginAsync = async (app) => {
  app.route({
    url: '/oauth/ping',
    method: ['GET', 'POST'],
    handler: async (request, reply) => {
      const { store, clock } = app.mock;
      // The site, unlike the API, also reads forms, and before the query, unless there is an
      // Authorization header
      // (`oauthlib/oauthlib:oauthlib/oauth2/rfc6749/tokens.py`).
      const { body, headers } = request;
      const reads = headers.authorization === undefined && body instanceof URLSearchParams;
      const form = reads ? body.get('access_token') : null;
      const shown = form ?? presentedToken(request);
      if (shown === null || identityOf(store, shown, clock.now()) === null) {
        throw new FrameworkError(401, 'Unauthorized');
      }
      return reply.type('application/json').send(flaskJson({ ping: 'pong' }));
    },
  });
};
