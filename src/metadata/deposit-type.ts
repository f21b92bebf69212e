import { fault, type Given, type Mapping, set, warn } from './mapping.js';
import { isBlank, textOf } from './values.js';
import { RESOURCE_TYPES } from './vocabularies.js';

/** `upload_type` and the subtype that is named after it. */
export function mapDepositType(fields: Record<string, Given>, mapping: Mapping): void {
  const given = fields['upload_type'];
  const type = textOf(given?.value);
  for (const name of ['publication_type', 'image_type', 'software_type']) {
    const other = fields[name];
    if (other === undefined || isBlank(other.value)) continue;
    if (textOf(other.value) === null) fault(mapping, other.path, 'must be a string');
    else if (name !== `${type}_type`)
      warn(mapping, other.path, `was not sent, because upload_type is ${type ?? 'missing'}.`);
  }
  if (given === undefined || isBlank(given.value)) return;
  if (type === null || !RESOURCE_TYPES.includes(type) || type.includes('-')) {
    const types = RESOURCE_TYPES.filter((id) => !id.includes('-'));
    return void fault(mapping, given.path, `must be one of ${types.join(', ')}`);
  }
  const part = fields[`${type}_type`];
  const subtype = textOf(part?.value);
  const id = subtype === null ? type : `${type}-${subtype === 'thesis' ? 'dissertation' : subtype}`;
  if (RESOURCE_TYPES.includes(id))
    set(mapping, 'metadata.resource_type', {
      value: { id },
      path: part && subtype !== null ? part.path : given.path,
    });
  else fault(mapping, part?.path ?? given.path, `Zenodo has no ${type} of the type ${subtype}`);
}
