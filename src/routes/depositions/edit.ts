import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { discardEdit, editRecord } from '../../depositions/edit.js';
import { TokenBodySchema } from '../../schemas/body-limits.js';
import { DepositionParamsSchema, DepositionRef } from '../../schemas/depositions.js';
import { withProblems, ZENODO_PROBLEMS } from '../../schemas/problem.js';

const RESPONSE = withProblems({ 200: DepositionRef }, 'not_published', ...ZENODO_PROBLEMS);

/** Opens an edit of a published record, or discards it. */
export const editRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    '/depositions/:id/edit',
    {
      schema: {
        operationId: 'editDeposition',
        tags: ['Depositions'],
        summary: 'Edit the metadata of a published record',
        description:
          'Opens an edit. If one is already open, it is returned. Published files cannot change. Publish the deposition to complete the edit.',
        params: DepositionParamsSchema,
        body: TokenBodySchema,
        response: RESPONSE,
      },
    },
    async (request) => {
      const caller = await request.caller();
      const id = Number(request.params.id);
      const deposition = await editRecord(app.depositions.call(caller, request.limits()), id);
      return request.present(caller, deposition);
    },
  );

  app.post(
    '/depositions/:id/discard',
    {
      schema: {
        operationId: 'discardEdit',
        tags: ['Depositions'],
        summary: 'Discard an open edit',
        description:
          'The record stays as it was published. A draft that was never published is not affected; use DELETE to delete it.',
        params: DepositionParamsSchema,
        body: TokenBodySchema,
        response: RESPONSE,
      },
    },
    async (request) => {
      const caller = await request.caller();
      const id = Number(request.params.id);
      const deposition = await discardEdit(app.depositions.call(caller, request.limits()), id);
      return request.present(caller, deposition);
    },
  );
};
