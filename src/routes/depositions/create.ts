import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { toDeposition } from '../../depositions/view.js';
import { publicUrl } from '../../public-url.js';
import { CreateDepositionSchema, DepositionRef } from '../../schemas/depositions.js';
import { withProblems, ZENODO_PROBLEMS } from '../../schemas/problem.js';

/** Makes a draft, or finds the one that the container has. */
export const createDepositionRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    '/depositions',
    {
      schema: {
        operationId: 'createDeposition',
        tags: ['Depositions'],
        summary: 'Make a draft for a container, or find the one there is',
        description:
          'Calling again, or from several places at once, leads to one draft per user and container. If that one is published its record is answered; ' +
          'if it is gone from Zenodo a new one is made. Without `container_id` the container of the token is meant; a personal token without one gets a new draft each time.',
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
      const limits = { deadline: app.dependencies.now() + app.timings.call };
      const { deposition, created } =
        containerId === undefined
          ? await app.drafts.createLoose(caller, limits)
          : await app.drafts.findOrCreate(caller, containerId, limits);
      const bases = { service: publicUrl(request, ''), browser: app.config.zenodoBrowserUrl };
      return reply.code(created ? 201 : 200).send(toDeposition(deposition, containerId ?? null, bases));
    },
  );
};
