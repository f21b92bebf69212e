import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { DisconnectAnswerSchema } from '../../schemas/oauth.js';
import { withProblems, ZENODO_PROBLEMS } from '../../schemas/problem.js';
import { TokenBodySchema } from '../../schemas/token-body.js';

/** Ends a connection. */
export const disconnectRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    '/oauth/disconnect',
    {
      schema: {
        operationId: 'disconnect',
        tags: ['Authorization'],
        summary: 'End the connection to this Zenodo user',
        description:
          'Every access token of this user ends, for all containers. Zenodo has no call to revoke its token: it is renewed once and thrown away, which ends the old one.',
        body: TokenBodySchema,
        response: withProblems({ 200: DisconnectAnswerSchema }, ...ZENODO_PROBLEMS),
      },
    },
    async (request) => {
      const { ended, warnings } = await app.connections.disconnect(await request.caller());
      return { disconnected: true, zenodo_token_ended: ended, warnings };
    },
  );
};
