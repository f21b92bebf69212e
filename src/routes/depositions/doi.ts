import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { DepositionParamsSchema } from '../../schemas/depositions.js';
import { withProblems, ZENODO_PROBLEMS } from '../../schemas/problem.js';
import { AccessTokenSchema, MOST } from '../../schemas/values.js';

/** A manifest of 10 MB, in JSON. Bytes. */
const MAX_BODY = 12 * 1024 * 1024;

const BodySchema = Type.Union([
  Type.Object(
    {
      access_token: AccessTokenSchema,
      write_doi_into_manifest: Type.Optional(
        Type.Boolean({
          description:
            'Write the DOI into the manifest.rdmc on the draft, and replace it there. Not uploaded yet: into the text in `manifest`.',
        }),
      ),
      manifest: Type.Optional(
        Type.String({
          maxLength: MOST.manifest,
          description: 'The text of a manifest to write the DOI into, instead of the one on the draft.',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  Type.Null(),
]);

/** Reserves a DOI before anything is published. */
export const doiRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    '/depositions/:id/doi',
    {
      bodyLimit: MAX_BODY,
      schema: {
        operationId: 'reserveDoi',
        tags: ['Depositions'],
        summary: 'Reserve the DOI that the draft will be published under',
        description:
          'The DOI is really reserved, also on the sandbox; calling again answers the same one. It can be written into the manifest.rdmc, so that what is published names its own DOI.',
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
                description: 'The manifest with the DOI in it, if that was asked for.',
              }),
              manifest_replaced: Type.Boolean({
                description: 'True if the manifest.rdmc on the draft is that text now.',
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
      const { doi, registered, ...written } = await app.drafts.reserveDoi(
        caller,
        id,
        manifest ?? (write ? true : null),
        { deadline: app.dependencies.now() + app.timings.call },
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
