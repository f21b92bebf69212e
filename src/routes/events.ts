import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { EventPageSchema } from '../schemas/events.js';
import { withProblems } from '../schemas/problem.js';

/** The events of webhooks, for applications that poll instead. */
export const eventsRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/events',
    {
      schema: {
        operationId: 'listEvents',
        tags: ['Uploads'],
        summary: 'List events of uploads and depositions',
        description:
          'Lists the events of this connection that webhooks deliver, oldest first. Events are kept for 30 days. Keep `next` and send it as `after` to get every event exactly once.',
        querystring: Type.Object({
          after: Type.String({
            pattern: '^[0-9]{1,18}$',
            default: '0',
            description: '`next` of the previous page.',
          }),
          size: Type.Integer({ minimum: 1, maximum: 100, default: 25 }),
        }),
        response: withProblems({ 200: EventPageSchema }),
      },
    },
    async (request) => {
      const { owner } = await request.caller();
      return app.events.list(owner, BigInt(request.query.after), request.query.size);
    },
  );
};
