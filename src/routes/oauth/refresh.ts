import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { accessTokenOf } from '../../plugins/access-token.js';
import {
  RefreshAnswerSchema,
  RefreshBodySchema,
  RefreshRequestSchema,
  unknownFields,
} from '../../schemas/oauth.js';
import { withProblems, ZENODO_PROBLEMS } from '../../schemas/problem.js';

/** Renews an access token. */
export const refreshRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    '/oauth/refresh',
    {
      schema: {
        operationId: 'refresh',
        tags: ['Authorization'],
        summary: 'Renew an access token',
        description:
          'The old token stays valid until it expires. If you have lost the token, send `container_id` with an API key instead. This works if exactly one user is connected to that container.',
        body: RefreshRequestSchema,
        response: withProblems(
          { 200: RefreshAnswerSchema },
          'ambiguous_user',
          'not_found',
          ...ZENODO_PROBLEMS,
        ),
      },
    },
    async (request) => {
      const body = request.body ?? {};
      const { left } = request.limits();
      const byContainer =
        request.apiKey !== null && body.container_id != null && accessTokenOf(request) === null;
      const grant = byContainer
        ? await app.connections.renewByContainer(String(body.container_id), left)
        : await app.connections.renew(await request.caller(), left);
      return { ...grant, warnings: unknownFields(body, RefreshBodySchema) };
    },
  );
};
