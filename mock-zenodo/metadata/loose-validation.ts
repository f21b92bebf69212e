import type { MockContext } from '../context.js';
import type { FieldError } from '../errors.js';
import type { Deposition, RecordContent, RecordState } from '../store/model.js';
import { acceptAccess, checkAccess, OPEN_ACCESS } from './access-schema.js';
import { type Fields, isObject } from './checks.js';
import { cleared } from './cleared.js';
import { customFieldsSchema } from './custom-fields-schema.js';
import { collectErrors } from './field-errors.js';
import { acceptFiles, type FileOptions } from './files-schema.js';
import { acceptPids, pidErrors, pidsSchema } from './pids-schema.js';
import type { RdmInput } from './rdm-input.js';
import { metadataSchema } from './rdm-schema.js';
import { requireStorable } from './stored-schema.js';
import { reduceReferences, requireKnownReferences } from './vocabulary-references.js';

/** What a save keeps of its input, and the faults. */
interface Accepted {
  content: RecordContent;
  files: FileOptions;
  /** All faults, also those whose values are kept. Only the response to the save shows them. */
  errors: FieldError[];
}

/**
 * What a save keeps of its input
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/schemas`, `…/components`). A
 * wrong value goes, a wrong object stays as it was sent; both are in the errors. Throws 400 for
 * references that lead nowhere and for access that nobody may set, and 500 for what Zenodo breaks
 * on. The draft is what is changed, undefined where one is made.
 */
export function acceptRdm(
  mock: MockContext,
  input: RdmInput,
  deposition?: Deposition,
  draft?: RecordState,
): Accepted {
  const { errors, report } = collectErrors();
  const now = mock.clock.now();
  const part = (name: 'metadata' | 'custom_fields', check: typeof metadataSchema): Fields =>
    input[name] === undefined ? {} : cleared(asFields(check(input[name], name, report)));
  const before = draft ?? { pids: {}, access: OPEN_ACCESS };
  const pids = input.pids === undefined ? before.pids : acceptPids(input.pids, before.pids, report);
  const metadata = withoutThesis(part('metadata', metadataSchema));
  const custom_fields = part('custom_fields', customFieldsSchema);
  const access =
    input.access === undefined ? before.access : acceptAccess(input.access, before.access, now, report);
  const files = acceptFiles(input.files ?? {}, draft, report);
  const content: RecordContent = { metadata, custom_fields, access, pids };
  for (const { field, messages } of pidErrors(mock, content, deposition)) {
    for (const message of messages) report(field, message);
  }
  requireKnownReferences(mock.store, content);
  reduceReferences(content);
  requireStorable(metadata);
  return { content, files, errors };
}

/** All faults of the content by the strict schema, which publishing requires. */
export function schemaErrors(mock: MockContext, content: RecordContent): FieldError[] {
  const { errors, report } = collectErrors();
  pidsSchema(content.pids, 'pids', report);
  metadataSchema(content.metadata, 'metadata', report);
  customFieldsSchema(content.custom_fields, 'custom_fields', report);
  checkAccess(content.access, mock.clock.now(), report);
  return errors;
}

function asFields(value: unknown): Fields {
  return isObject(value) ? value : {};
}

/** A thesis is now a dissertation (`zenodo/zenodo-rdm:site/zenodo_rdm/components.py`). */
function withoutThesis(metadata: Fields): Fields {
  const type = metadata['resource_type'];
  if (!isObject(type) || type['id'] !== 'publication-thesis') return metadata;
  return { ...metadata, resource_type: { ...type, id: 'publication-dissertation' } };
}
