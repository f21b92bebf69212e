import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { reserveDoi } from '../../depositions/reserve-doi.js';
import { AccessTokenSchema, MAX } from '../../schemas/body-limits.js';
import { DepositionParamsSchema } from '../../schemas/depositions.js';
import { withProblems, ZENODO_PROBLEMS } from '../../schemas/problem.js';

const BodySchema = Type.Union([
  Type.Object(
    {
      access_token: AccessTokenSchema,
      write_doi_into_manifest: Type.Optional(
        Type.Boolean({
          description:
            'Write the DOI into the `manifest.rdmc` on the draft, and replace the file there. If it is not uploaded yet, write the DOI into the manifest of the last metadata call. The response has the text in `manifest`.',
        }),
      ),
      manifest: Type.Optional(
        Type.String({
          maxLength: MAX.manifest,
          description: 'Text of a manifest to write the DOI into, instead of the one on the draft.',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  Type.Null(),
]);

/** Reserves a DOI before the draft is published. */
export const doiRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    '/depositions/:id/doi',
    {
      bodyLimit: MAX.manifestBody,
      schema: {
        operationId: 'reserveDoi',
        tags: ['Depositions'],
        summary: 'Reserve the DOI that the draft will be published under',
        description:
          'Reserves the DOI at Zenodo, also on the sandbox. Repeated calls return the same DOI. The call can also write the DOI into `manifest.rdmc`, so that the published manifest names its own DOI.',
        params: DepositionParamsSchema,
        body: BodySchema,
        response: withProblems(
          {
            200: Type.Object({
              deposition_id: Type.Integer(),
              doi: Type.String(),
              doi_url: Type.String(),
              registered: Type.Boolean({ description: 'True once the record is published.' }),
              manifest: Type.Union([Type.String(), Type.Null()], {
                description: 'The manifest with the DOI, if you requested it.',
              }),
              manifest_replaced: Type.Boolean({
                description: 'True if this text has replaced the `manifest.rdmc` on the draft.',
              }),
            }),
          },
          'invalid_manifest',
          ...ZENODO_PROBLEMS,
        ),
      },
    },
    async (request) => {
      const caller = await request.caller();
      const id = Number(request.params.id);
      const { manifest = null, write_doi_into_manifest: write = false } = request.body ?? {};
      const { doi, registered, ...written } = await reserveDoi(
        app.depositions.call(caller, request.limits()),
        id,
        manifest ?? (write ? true : null),
      );
      return {
        deposition_id: id,
        doi,
        doi_url: `https://doi.org/${doi}`,
        registered,
        manifest: written.manifest,
        manifest_replaced: written.manifestReplaced,
      };
    },
  );
};
