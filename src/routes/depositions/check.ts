import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { checkDraft } from '../../depositions/check.js';
import { MAX } from '../../schemas/body-limits.js';
import { DepositionParamsSchema } from '../../schemas/depositions.js';
import { CheckSchema, FieldFaultSchema } from '../../schemas/metadata.js';
import { withProblems, ZENODO_PROBLEMS } from '../../schemas/problem.js';

/** Reports what would prevent or damage a publication. */
export const checkRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    '/depositions/:id/check',
    {
      bodyLimit: MAX.manifestBody,
      schema: {
        operationId: 'checkDeposition',
        tags: ['Depositions'],
        summary: 'Check what would prevent or damage the publication',
        description:
          'Checks the draft as it would be with the metadata in the body, which has the same fields as for `/metadata`, and with the files that it lists. Without a body, checks the draft as it is. Changes nothing.',
        params: DepositionParamsSchema,
        body: Type.Union([CheckSchema, Type.Null()]),
        response: withProblems(
          {
            200: Type.Object({
              deposition_id: Type.Integer(),
              publishable: Type.Boolean(),
              problems: Type.Array(FieldFaultSchema, {
                description: 'What would prevent the publication.',
              }),
              warnings: Type.Array(Type.String(), { description: 'What would probably not be intended.' }),
            }),
          },
          'invalid_metadata',
          'invalid_manifest',
          ...ZENODO_PROBLEMS,
        ),
      },
    },
    async (request) => {
      const caller = await request.caller();
      const id = Number(request.params.id);
      const body = (request.body ?? {}) as Record<string, unknown>;
      const checked = await checkDraft(app.depositions.call(caller, request.limits()), id, body);
      return { deposition_id: id, ...checked };
    },
  );
};
