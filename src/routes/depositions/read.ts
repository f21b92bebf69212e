import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { DepositionParamsSchema, DepositionRef } from '../../schemas/depositions.js';
import { withProblems, ZENODO_PROBLEMS } from '../../schemas/problem.js';

/** Reads one deposition. */
export const readDepositionRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/depositions/:id',
    {
      schema: {
        operationId: 'getDeposition',
        tags: ['Depositions'],
        summary: 'Read a draft or record',
        description: 'Returns the current state, DOI, metadata and files at Zenodo.',
        params: DepositionParamsSchema,
        response: withProblems({ 200: DepositionRef }, ...ZENODO_PROBLEMS),
      },
    },
    async (request) => {
      const caller = await request.caller();
      const id = Number(request.params.id);
      const deposition = await app.depositions.read(caller, id, request.limits());
      return request.present(caller, deposition);
    },
  );
};
