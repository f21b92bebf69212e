import type { MockContext } from '../context.js';
import type { RecordContent } from '../store/model.js';
import type { RdmInput } from './rdm-input.js';

/** What a save keeps: the valid parts of the input; the rest is listed in `errors`. */
export function acceptRdm(_mock: MockContext, input: RdmInput, previous?: RecordContent): RecordContent {
  return {
    metadata: input.metadata ?? {},
    custom_fields: input.custom_fields ?? {},
    access: { record: 'public', files: 'public', embargo: { active: false } },
    pids: previous?.pids ?? {},
    communities: input.communities ?? [],
    errors: [],
  };
}
