import type { MockContext } from '../context.js';
import { ownDoi } from '../deposit/dois.js';
import { touch } from '../deposit/life-cycle.js';
import { validationError } from '../errors.js';
import type { Deposition, RecordState } from '../store/model.js';

/**
 * Gives a draft the DOI that it will be published under, with the right prefix on the sandbox too.
 * Throws 400 if it has one.
 */
export function reserveDoi(mock: MockContext, deposition: Deposition, draft: RecordState): void {
  if (draft.pids['doi'] !== undefined) throw doiError('A PID already exists for type doi');
  const identifier = ownDoi(mock, deposition.id);
  draft.pids = { ...draft.pids, doi: { identifier, provider: 'datacite', client: 'datacite' } };
  touch(mock, draft);
}

/** Releases a reserved DOI. Throws 400 if there is none, and for the DOI of a published record. */
export function discardDoi(mock: MockContext, deposition: Deposition, draft: RecordState): void {
  if (draft.pids['doi'] === undefined) throw doiError('No PID found for type doi');
  if (deposition.record !== null) throw doiError('Cannot discard a PID that is registered');
  const { doi: _, ...others } = draft.pids;
  draft.pids = others;
  touch(mock, draft);
}

function doiError(message: string): Error {
  return validationError([{ field: 'pids.doi', messages: [message] }]);
}
