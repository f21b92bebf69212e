import type { MockContext } from '../context.js';
import type { FieldError } from '../errors.js';
import type { RecordContent } from '../store/model.js';
import { checkAccess } from './access-schema.js';
import { type Fields, isObject } from './checks.js';
import { customFieldsSchema } from './custom-fields-schema.js';
import { collectErrors } from './field-errors.js';
import { checkPids } from './pids-schema.js';
import type { RdmInput } from './rdm-input.js';
import { metadataSchema } from './rdm-schema.js';
import { requireKnownReferences } from './vocabulary-references.js';

/**
 * What a save keeps: the valid parts of the input. The rest is thrown away and listed in `errors`, which the legacy API never
 * shows. Throws 400 for references to unknown vocabulary entries. `previous` is what the draft held before.
 */
export function acceptRdm(mock: MockContext, input: RdmInput, previous?: RecordContent): RecordContent {
  const { errors, report } = collectErrors();
  const pids = previous?.pids ?? {};
  const access = checkAccess(input.access, mock.clock.now(), report);
  const metadata = asFields(metadataSchema(input.metadata ?? {}, 'metadata', report));
  const content: RecordContent = {
    metadata: withoutThesis(metadata),
    custom_fields: asFields(customFieldsSchema(input.custom_fields ?? {}, 'custom_fields', report)),
    access,
    pids: input.pids === undefined ? pids : checkPids(input.pids, pids, report),
    communities: [...new Set(input.communities ?? [])],
    errors,
  };
  requireKnownReferences(content);
  return content;
}

/** Everything wrong with content by the strict schema, which is what publishing asks for. */
export function schemaErrors(mock: MockContext, content: RecordContent): FieldError[] {
  const { errors, report } = collectErrors();
  customFieldsSchema(content.custom_fields, 'custom_fields', report);
  checkAccess(content.access, mock.clock.now(), report);
  metadataSchema(content.metadata, 'metadata', report);
  return errors;
}

function asFields(value: unknown): Fields {
  return isObject(value) ? value : {};
}

/** Theses are dissertations by now (`zenodo/zenodo-rdm:site/zenodo_rdm/components.py`). */
function withoutThesis(metadata: Fields): Fields {
  const type = metadata['resource_type'];
  if (!isObject(type) || type['id'] !== 'publication-thesis') return metadata;
  return { ...metadata, resource_type: { ...type, id: 'publication-dissertation' } };
}
