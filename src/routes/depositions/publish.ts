import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { publishDraft } from '../../depositions/publish.js';
import { TokenBodySchema } from '../../schemas/body-limits.js';
import { DepositionParamsSchema, PublicationSchema } from '../../schemas/depositions.js';
import { withProblems, ZENODO_PROBLEMS } from '../../schemas/problem.js';

/** Publishes a draft. */
export const publishDepositionRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    '/depositions/:id/publish',
    {
      schema: {
        operationId: 'publishDeposition',
        tags: ['Depositions'],
        summary: 'Publish a draft',
        description:
          'Asks Zenodo once to publish. If the response of Zenodo is lost, the service checks the record. Only a 200 means that the deposition is published. ' +
          'It is safe to repeat the call: for a published record, the response has `repeated: true`. Send an `Idempotency-Key` so that a repeated call does not publish an edit that was opened meanwhile.',
        params: DepositionParamsSchema,
        headers: Type.Object({
          'idempotency-key': Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
        }),
        body: TokenBodySchema,
        response: withProblems(
          { 200: PublicationSchema },
          'not_publishable',
          'review_open',
          'upload_unfinished',
          'operation_in_progress',
          ...ZENODO_PROBLEMS,
          'outcome_unknown',
        ),
      },
    },
    async (request) => {
      const caller = await request.caller();
      const id = Number(request.params.id);
      const { deposition, repeated, communities } = await publishDraft(
        app.depositions.call(caller, request.limits('longCall')),
        id,
        request.headers['idempotency-key'],
      );
      const answer = await request.present(caller, deposition);
      return {
        outcome: 'published' as const,
        deposition_id: id,
        doi: answer.doi,
        doi_url: answer.links.doi,
        concept_doi: answer.concept_doi,
        record_url: answer.links.zenodo,
        repeated,
        communities,
        deposition: answer,
      };
    },
  );
};
