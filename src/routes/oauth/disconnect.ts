import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { TokenBodySchema } from '../../schemas/body-limits.js';
import { DisconnectAnswerSchema } from '../../schemas/oauth.js';
import { withProblems, ZENODO_PROBLEMS } from '../../schemas/problem.js';

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
          'Revokes all access tokens of this user, for all containers. Zenodo has no call that revokes its own token, so the service refreshes it once and discards the result, which invalidates the old token.',
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
