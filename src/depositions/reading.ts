import type { Caller } from '../connections/caller.js';
import type { Revised } from '../zenodo/client.js';
import type { ZenodoDeposition } from '../zenodo/deposition.js';
import { ask, type DraftsContext, type Limits } from './context.js';

/** A deposition as it stands at Zenodo now. Throws `deposition_not_found`, `not_your_deposition`. */
export function readDeposition(
  context: DraftsContext,
  caller: Caller,
  depositionId: number,
  limits: Limits,
): Promise<ZenodoDeposition> {
  return ask(
    context,
    caller,
    limits,
    (token, call) => context.zenodo.getDeposition(token, depositionId, call),
    depositionId,
  );
}

/** The same with its revision. */
export function readRevision(
  context: DraftsContext,
  caller: Caller,
  depositionId: number,
  limits: Limits,
): Promise<Revised> {
  return ask(
    context,
    caller,
    limits,
    (token, call) => context.zenodo.getRevision(token, depositionId, call),
    depositionId,
  );
}
