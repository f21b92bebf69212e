import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { toDeposition } from '../../depositions/view.js';
import { publicUrl } from '../../public-url.js';
import { DepositionParamsSchema, DepositionRef } from '../../schemas/depositions.js';
import { withProblems, ZENODO_PROBLEMS } from '../../schemas/problem.js';
import { TokenBodySchema } from '../../schemas/token-body.js';

const RESPONSE = withProblems({ 200: DepositionRef }, 'not_published', ...ZENODO_PROBLEMS);

/** Editing the metadata of a published record, and leaving it as it was. */
export const editRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    '/depositions/:id/edit',
    {
      schema: {
        operationId: 'editDeposition',
        tags: ['Depositions'],
        summary: 'Open the metadata of a published record',
        description:
          'Files stay as they are published. What is open already is answered as it is. Publish to finish.',
        params: DepositionParamsSchema,
        body: TokenBodySchema,
        response: RESPONSE,
      },
    },
    async (request) => {
      const caller = await request.caller();
      const id = Number(request.params.id);
      const deposition = await app.drafts.edit(caller, id, {
        deadline: app.dependencies.now() + app.timings.call,
      });
      const containers = await app.drafts.containersOf(caller.owner, [id]);
      const bases = { service: publicUrl(request, ''), browser: app.config.zenodoBrowserUrl };
      return toDeposition(deposition, containers.get(id) ?? null, bases);
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
          'The record stays as it was published. A draft that was never published is not touched: deleting it is DELETE.',
        params: DepositionParamsSchema,
        body: TokenBodySchema,
        response: RESPONSE,
      },
    },
    async (request) => {
      const caller = await request.caller();
      const id = Number(request.params.id);
      const deposition = await app.drafts.discardEdit(caller, id, {
        deadline: app.dependencies.now() + app.timings.call,
      });
      const containers = await app.drafts.containersOf(caller.owner, [id]);
      const bases = { service: publicUrl(request, ''), browser: app.config.zenodoBrowserUrl };
      return toDeposition(deposition, containers.get(id) ?? null, bases);
    },
  );
};
