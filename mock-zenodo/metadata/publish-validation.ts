import type { MockContext } from '../context.js';
import type { FieldError } from '../errors.js';
import type { Deposition, RecordState } from '../store/model.js';
import { schemaErrors } from './loose-validation.js';
import { pidErrors } from './pids-schema.js';

/**
 * What prevents a draft from being published, with RDM field paths: first the schema, then files,
 * then identifiers, in the order of Zenodo's components.
 */
export function validateForPublish(
  mock: MockContext,
  deposition: Deposition,
  draft: RecordState,
): FieldError[] {
  const schema = schemaErrors(mock, draft);
  if (schema.length > 0) return schema;
  const files = fileErrors(deposition, draft);
  if (files.length > 0) return files;
  const pids = pidErrors(mock, draft, deposition);
  return pids.length > 0 ? pids : changedDoi(deposition, draft);
}

function fileErrors(deposition: Deposition, draft: RecordState): FieldError[] {
  if (!draft.filesEnabled) return [];
  if (draft.files.length === 0) {
    const message =
      deposition.record === null
        ? 'Missing uploaded files. To disable files for this record please mark it as metadata-only.'
        : 'Missing uploaded files.';
    return [{ field: 'files.enabled', messages: [message] }];
  }
  if (draft.files.every((file) => file.status === 'completed')) return [];
  const pending = 'One or more files have not completed their transfer, please wait.';
  return [{ field: 'files', messages: [pending] }];
}

/** The DOI of a published record cannot change, and a managed one is that of its record. */
function changedDoi(deposition: Deposition, draft: RecordState): FieldError[] {
  const doi = draft.pids['doi'];
  const registered = deposition.record?.pids['doi'];
  if (doi === undefined || doi.provider === 'external') {
    if (doi === undefined || registered === undefined || registered.identifier === doi.identifier) return [];
    return [
      {
        field: 'pids.doi',
        messages: ['Cannot discard a reserved or registered persistent identifier.'],
      },
    ];
  }
  if (doi.identifier.endsWith(`/zenodo.${deposition.id}`)) return [];
  return [{ field: 'pids.doi', messages: [`The DOI ${doi.identifier} was not reserved for this record.`] }];
}
