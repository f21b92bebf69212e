import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { openVersion } from '../../depositions/versions.js';
import { AccessTokenSchema } from '../../schemas/body-limits.js';
import { DepositionParamsSchema, DepositionRef } from '../../schemas/depositions.js';
import { withProblems, ZENODO_PROBLEMS } from '../../schemas/problem.js';

const BodySchema = Type.Union([
  Type.Object(
    {
      access_token: AccessTokenSchema,
      files: Type.Optional(
        Type.Enum(['keep', 'clear'], {
          type: 'string',
          description:
            '`keep` (default): start with the files of the latest version. `clear`: start without files. If files have been uploaded to a version that is already open, `clear` is refused.',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  Type.Null(),
]);

/** Opens new versions. */
export const versionsRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    '/depositions/:id/versions',
    {
      schema: {
        operationId: 'openVersion',
        tags: ['Depositions'],
        summary: 'Create a new version',
        description:
          'Creates the draft of a new version and returns 201. If one already exists, it is returned with 200. The id may be that of any published version. From then on, the draft is the deposition of the container.',
        params: DepositionParamsSchema,
        body: BodySchema,
        response: withProblems(
          { 200: DepositionRef, 201: DepositionRef },
          'not_published',
          'external_doi',
          'operation_in_progress',
          'upload_unfinished',
          'version_has_uploads',
          ...ZENODO_PROBLEMS,
          'outcome_unknown',
        ),
      },
    },
    async (request, reply) => {
      const caller = await request.caller();
      const id = Number(request.params.id);
      const { deposition, created } = await openVersion(
        app.depositions.call(caller, request.limits('longCall')),
        id,
        request.body?.files ?? 'keep',
      );
      return reply.code(created ? 201 : 200).send(await request.present(caller, deposition));
    },
  );
};
