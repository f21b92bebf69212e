import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { createWithoutContainer, findOrCreateDraft } from '../../depositions/create.js';
import { toDeposition } from '../../depositions/view.js';
import { CreateDepositionSchema, DepositionRef } from '../../schemas/depositions.js';
import { withProblems, ZENODO_PROBLEMS } from '../../schemas/problem.js';

/** Creates a draft, or finds the one that the container has. */
export const createDepositionRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    '/depositions',
    {
      schema: {
        operationId: 'createDeposition',
        tags: ['Depositions'],
        summary: 'Create the draft of a container, or find it',
        description:
          'Creates one draft per user and container, also if you call it repeatedly or concurrently. If the draft was published, the response has the record. ' +
          'If it no longer exists at Zenodo, a new one is created. The default for `container_id` is the container of the access token. A personal token has no container, so without `container_id` each call creates a new draft.',
        body: CreateDepositionSchema,
        response: withProblems(
          { 200: DepositionRef, 201: DepositionRef },
          'operation_in_progress',
          ...ZENODO_PROBLEMS,
        ),
      },
    },
    async (request, reply) => {
      const caller = await request.caller();
      const given = request.body.container_id;
      const containerId =
        given === undefined
          ? caller.kind === 'connection'
            ? caller.accessToken?.containerId
            : undefined
          : String(given);
      const call = app.depositions.call(caller, request.limits());
      const { deposition, created } =
        containerId === undefined
          ? await createWithoutContainer(call)
          : await findOrCreateDraft(call, containerId);
      return reply
        .code(created ? 201 : 200)
        .send(toDeposition(deposition, containerId ?? null, request.linkBases()));
    },
  );
};
