import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { deleteDraft } from '../../depositions/delete.js';
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
        summary: 'Delete a draft permanently',
        description:
          'Cancels running uploads first. Deleting again what this service has deleted also returns 204. A deposition that was ever published cannot be deleted and returns 409, even while an edit is open.',
        params: DepositionParamsSchema,
        response: withProblems(
          { 204: Type.Null({ description: 'The draft is deleted.' }) },
          'already_published',
          'upload_unfinished',
          'review_open',
          ...ZENODO_PROBLEMS,
        ),
      },
    },
    async (request, reply) => {
      const caller = await request.caller();
      await deleteDraft(app.depositions.call(caller, request.limits()), Number(request.params.id));
      return reply.code(204).send(null);
    },
  );
};
