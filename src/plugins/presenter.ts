import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Caller } from '../connections/caller.js';
import type { Limits } from '../depositions/context.js';
import { type LinkBases, toDeposition } from '../depositions/view.js';
import type { Deposition } from '../schemas/depositions.js';
import { publicUrl } from '../urls.js';
import type { ZenodoDeposition } from '../zenodo/deposition.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** How long this call may take from now on, by src/time-outs.ts. */
    limits(kind?: 'call' | 'longCall'): Limits;
    /** Where the links of an answer lead. */
    linkBases(): LinkBases;
    /** A deposition in the shape it is answered in, with the container that it was made for. */
    present(caller: Caller, deposition: ZenodoDeposition): Promise<Deposition>;
  }
}

/** What calls about depositions have in common: their time, and the shape of their answers. */
export const presenter = fp(
  async (app) => {
    app.decorateRequest('limits', (kind: 'call' | 'longCall' = 'call') => ({
      deadline: app.dependencies.now() + app.timings[kind],
    }));
    app.decorateRequest('linkBases', function linkBases(this: FastifyRequest) {
      return { service: publicUrl(this, ''), browser: app.config.zenodoBrowserUrl };
    });
    app.decorateRequest('present', async function present(this: FastifyRequest, { owner }, deposition) {
      const containers = await app.drafts.containersOf(owner, [deposition.id]);
      return toDeposition(deposition, containers.get(deposition.id) ?? null, this.linkBases());
    });
  },
  { name: 'presenter', dependencies: ['drafts'] },
);
