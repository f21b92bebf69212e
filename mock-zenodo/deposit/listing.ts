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
  return search(mock, indexed(mock, request, own, OWN), asked, OWN).hits;
}

/**
 * What the index contains by now: a fault may make it lag behind by seconds (zenodo/zenodo#2517).
 */
export function indexed(
  mock: MockContext,
  request: FastifyRequest,
  all: Deposition[],
  { state }: Index,
): Deposition[] {
  const lag = Math.max(0, ...request.strikes.map(({ fault }) => fault.lag ?? 0));
  if (lag === 0) return all;
  const limit = mock.clock.now() - lag * 1000;
  return all.filter((deposition) => Date.parse(state(deposition).created) <= limit);
}
