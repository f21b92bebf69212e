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
    /**
     * How long this call may take from now on, by src/time-outs.ts. A call that changes nothing
     * also ends when its caller is gone.
     */
    limits(kind?: 'call' | 'longCall'): Limits;
    /** Bases of the links in a response. */
    linkBases(): LinkBases;
    /** A deposition in the form of a response, with its container. */
    present(caller: Caller, deposition: ZenodoDeposition): Promise<Deposition>;
  }
}

/** What calls about depositions share: time limits and the form of responses. */
export const presenter = fp(
  async (app) => {
    const begun = new WeakMap<FastifyRequest, number>();
    app.decorateRequest('limits', function limits(this: FastifyRequest, kind = 'call') {
      // From the first question on: what proves the sender of a large body takes of the same time.
      const since = begun.get(this) ?? performance.now();
      begun.set(this, since);
      const left = () => since + app.timings[kind] - performance.now();
      // What only reads is of no use to a caller who is gone.
      const isRead = this.method === 'GET' || this.method === 'HEAD';
      return isRead ? { left, signal: this.gone } : { left };
    });
    app.decorateRequest('linkBases', function linkBases(this: FastifyRequest) {
      return { service: publicUrl(this, ''), browser: app.config.zenodoBrowserUrl };
    });
    app.decorateRequest('present', async function present(this: FastifyRequest, { owner }, deposition) {
      const containers = await app.depositions.containersOf(owner, [deposition.id]);
      return toDeposition(deposition, containers.get(deposition.id) ?? null, this.linkBases());
    });
  },
  { name: 'presenter', dependencies: ['depositions'] },
);
