import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { AuthorizeAnswerSchema, AuthorizeBodySchema, unknownFields } from '../../schemas/oauth.js';
import { withProblems } from '../../schemas/problem.js';

/** Starts an authorization. */
export const authorizeRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    '/oauth/authorize',
    {
      schema: {
        operationId: 'authorize',
        tags: ['Authorization'],
        summary: 'Get the Zenodo page where the user gives consent',
        description:
          'Send the user’s browser to `zenodo_oauth_url`, and keep `state` in the user’s session. When the browser returns, compare its `state` with the stored one. Otherwise an attacker could connect their own Zenodo account to your user’s container.',
        security: [],
        body: AuthorizeBodySchema,
        response: withProblems(
          { 200: AuthorizeAnswerSchema },
          'invalid_request',
          'callback_url_not_allowed',
          'too_many_requests',
        ),
      },
    },
    async (request) => {
      app.failureLimits.countAuthorization(request);
      const { body } = request;
      const authorization = { containerId: String(body.container_id), callbackUrl: body.django_callback_url };
      const started = await app.connections.begin(authorization);
      return { ...started, warnings: unknownFields(body, AuthorizeBodySchema) };
    },
  );
};
