import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { DepositionParamsSchema } from '../../schemas/depositions.js';
import { withProblems, ZENODO_PROBLEMS } from '../../schemas/problem.js';

/** Deletes a draft. */
export const deleteDepositionRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.delete(
    '/depositions/:id',
    {
      schema: {
        operationId: 'deleteDeposition',
        tags: ['Depositions'],
        summary: 'Delete a draft for good',
        description:
          'Running uploads are cancelled first. Deleting again what was deleted here is 204 too. What was ever published stays: 409, also while an edit is open on it.',
        params: DepositionParamsSchema,
        response: withProblems(
          { 204: Type.Null({ description: 'Gone.' }) },
          'already_published',
          'upload_unfinished',
          'review_open',
          ...ZENODO_PROBLEMS,
        ),
      },
    },
    async (request, reply) => {
      const caller = await request.caller();
      await app.drafts.remove(caller, Number(request.params.id), {
        deadline: app.dependencies.now() + app.timings.call,
      });
      return reply.code(204).send(null);
    },
  );
};
