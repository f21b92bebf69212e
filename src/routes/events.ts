import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { EventPageSchema } from '../schemas/events.js';
import { withProblems } from '../schemas/problem.js';

/** The events of webhooks, for who asks instead of being told. */
export const eventsRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/events',
    {
      schema: {
        operationId: 'listEvents',
        tags: ['Uploads'],
        summary: 'List what became of uploads and depositions',
        description:
          'The events of this connection that webhooks tell, the oldest first, for 30 days. Who keeps `next` and sends it as `after` misses none and gets none twice.',
        querystring: Type.Object({
          after: Type.String({
            pattern: '^[0-9]{1,18}$',
            default: '0',
            description: '`next` of the page before.',
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
