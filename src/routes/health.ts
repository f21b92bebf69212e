import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { problem } from '../errors.js';
import { withProblems } from '../schemas/problem.js';

const StatusSchema = Type.Object({ status: Type.String() });

/** Liveness and readiness. Zenodo being down makes neither fail: there is nothing a restart would mend. */
export const healthRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/healthz',
    {
      schema: {
        operationId: 'isAlive',
        tags: ['Service'],
        summary: 'The process is alive',
        security: [],
        response: { 200: StatusSchema },
      },
    },
    async () => ({ status: 'ok' }),
  );
  app.get(
    '/readyz',
    {
      schema: {
        operationId: 'isReady',
        tags: ['Service'],
        summary: 'The service can take requests',
        security: [],
        response: withProblems({ 200: StatusSchema }, 'service_unavailable'),
      },
    },
    async () => {
      await app.database.$queryRaw`SELECT 1`.catch((cause: unknown) => {
        throw problem(
          'service_unavailable',
          'The database does not answer. Try again in a moment.',
          { retry_after: 5 },
          cause,
        );
      });
      return { status: 'ok' };
    },
  );
};
