import type { MockContext } from '../context.js';
import { internalError } from '../errors.js';
import { accessAt } from '../metadata/access-schema.js';
import { areAllKnown } from '../metadata/vocabulary-references.js';
import type { Deposition, RecordState } from '../store/model.js';
import { dereferenced, dereferencedFields } from './dereferenced.js';

/**
 * A draft or record as readers see it now: with its references resolved, and open once its embargo
 * has ended. A draft is never opened this way. Like Zenodo, throws 500 for a reference that was
 * accepted unchecked and does not exist.
 */
export function shownToReaders(mock: MockContext, deposition: Deposition, state: RecordState): RecordState {
  if (!areAllKnown(mock.store, state)) throw internalError();
  const access = state === deposition.draft ? state.access : accessAt(state.access, mock.clock.now());
  const metadata = dereferenced(mock.store, state.metadata);
  return { ...state, metadata, custom_fields: dereferencedFields(state.custom_fields), access };
}
