import type { MockContext } from '../context.js';
import type { FieldError } from '../errors.js';
import type { Deposition, RecordState } from '../store/model.js';

/** Everything that stops a draft from being published, with RDM field paths. */
export function validateForPublish(
  _mock: MockContext,
  _deposition: Deposition,
  draft: RecordState,
): FieldError[] {
  return ['resource_type', 'creators', 'title']
    .filter((name) => draft.metadata[name] === undefined)
    .map((name) => ({ field: `metadata.${name}`, messages: ['Missing data for required field.'] }));
}
