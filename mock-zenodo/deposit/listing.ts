import type { FastifyRequest } from 'fastify';
import type { MockContext } from '../context.js';
import { requireUser } from '../oauth/identity.js';
import { type Index, OWN, readSearch, search, sizesFor } from '../search/search.js';
import type { Deposition } from '../store/model.js';

/**
 * The user's own depositions that match a listing request. `status` is ignored
 * (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/resources.py`). Throws 400 for wrong parameters before
 * 403 for guests.
 */
export function listDepositions(mock: MockContext, request: FastifyRequest): Deposition[] {
  const asked = readSearch(request.query, sizesFor(request.identity?.user));
  const user = requireUser(request);
  const own = [...mock.store.depositions.values()].filter(
    (deposition) => deposition.ownerId === user.id && deposition.deleted === null,
  );
  return search(mock, indexed(request, own, OWN), asked, OWN).hits;
}

/**
 * What the index contains by now: a fault may make it lag behind by seconds (zenodo/zenodo#2517).
 */
export function indexed(request: FastifyRequest, all: Deposition[], { state }: Index): Deposition[] {
  const limit = indexedUntil(request);
  return all.filter((deposition) => Date.parse(state(deposition).created) <= limit);
}

/** The time of the newest items that the index contains. */
export function indexedUntil({ server, strikes }: FastifyRequest): number {
  const lag = Math.max(0, ...strikes.map(({ fault }) => fault.lag ?? 0));
  return lag === 0 ? Number.POSITIVE_INFINITY : server.mock.clock.now() - lag * 1000;
}
