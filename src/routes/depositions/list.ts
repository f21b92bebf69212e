import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { toDeposition } from '../../depositions/view.js';
import { DepositionRef } from '../../schemas/depositions.js';
import { withProblems, ZENODO_PROBLEMS } from '../../schemas/problem.js';
import { nullIfGone } from '../../zenodo/outcome.js';

/** Lists depositions in the shape of a single one. */
export const listDepositionsRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/depositions',
    {
      schema: {
        operationId: 'listDepositions',
        tags: ['Depositions'],
        summary: 'List the drafts and records of the user',
        description:
          'Without `container_id`, lists all depositions of the user at Zenodo, newest first. That list may be a few seconds old. With `container_id`, lists the last 20 depositions that this service created for that container, as they are now; `page` and `size` have no effect.',
        querystring: Type.Object({
          container_id: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
          page: Type.Integer({ minimum: 1, maximum: 100, default: 1 }),
          size: Type.Integer({ minimum: 1, maximum: 100, default: 25 }),
        }),
        response: withProblems(
          { 200: Type.Object({ depositions: Type.Array(DepositionRef) }) },
          ...ZENODO_PROBLEMS,
        ),
      },
    },
    async (request) => {
      const caller = await request.caller();
      const limits = request.limits();
      const { container_id: containerId, page, size } = request.query;
      const bases = request.linkBases();
      if (containerId === undefined) {
        const listed = await app.depositions.list(caller, page, size, limits);
        const containers = await app.depositions.containersOf(
          caller.owner,
          listed.map(({ id }) => id),
        );
        return {
          depositions: listed.map((item) => toDeposition(item, containers.get(item.id) ?? null, bases)),
        };
      }
      // With nothing to read, only Zenodo can tell whether a personal token is valid.
      const ids = await app.depositions.idsFor(caller.owner, containerId);
      if (ids.length === 0) await app.connections.prove(caller, limits);
      const depositions = [];
      for (const id of ids) {
        // A draft that was deleted on Zenodo's own page is not an error of the listing.
        const deposition = await app.depositions.read(caller, id, limits).catch(nullIfGone);
        if (deposition) depositions.push(toDeposition(deposition, containerId, bases));
      }
      return { depositions };
    },
  );
};
