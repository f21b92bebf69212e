import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { describeDraft } from '../depositions/describe.js';
import { toDeposition, withoutGuesses } from '../depositions/view.js';
import { MAX } from '../schemas/body-limits.js';
import { DepositionParamsSchema } from '../schemas/depositions.js';
import { DescribedSchema, DescribeSchema } from '../schemas/metadata.js';
import { withProblems, ZENODO_PROBLEMS } from '../schemas/problem.js';

/** Describes a draft. */
export const metadataRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    '/depositions/:id/metadata',
    {
      bodyLimit: MAX.manifestBody,
      schema: {
        operationId: 'describeDeposition',
        tags: ['Metadata'],
        summary: 'Send the container’s metadata to Zenodo',
        description:
          'Accepts the container’s own fields; a `manifest.rdmc`, `CITATION.cff`, `codemeta.json` or `ro-crate-metadata.json`; `metadata` with the field names of Zenodo’s deposit API; and `record` with those of its records API. Each of these overrides the ones before it. ' +
          'The response has the metadata as Zenodo saved it. `warnings` lists what was guessed, and `dropped` what Zenodo did not keep. The metadata of a draft may take 2 MiB at Zenodo, where a character outside ASCII takes six bytes, and have 100,000 names and values.',
        params: DepositionParamsSchema,
        body: DescribeSchema,
        response: withProblems(
          { 200: DescribedSchema },
          'invalid_metadata',
          'invalid_manifest',
          'already_published',
          'metadata_conflict',
          'operation_in_progress',
          ...ZENODO_PROBLEMS,
        ),
      },
    },
    async (request) => {
      const caller = await request.caller();
      const id = Number(request.params.id);
      const body = request.body as Record<string, unknown>;
      const described = await describeDraft(app.depositions.call(caller, request.limits()), id, body);
      const deposition = toDeposition(described.deposition, null, request.linkBases());
      return {
        deposition_id: id,
        title: deposition.title,
        state: deposition.state,
        metadata: withoutGuesses(described.metadata),
        record: described.record,
        doi: deposition.doi,
        dropped: described.dropped,
        warnings: described.warnings,
        ...(described.problems === undefined ? {} : { problems: described.problems }),
        dry_run: body['dry_run'] === true,
        links: deposition.links,
      };
    },
  );
};
