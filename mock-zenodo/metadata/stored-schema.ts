import { internalError } from '../errors.js';
import { type Fields, isObject } from './checks.js';
import { objectsAt } from './legacy-out-parts.js';

/**
 * The keys that stored objects may have where a save accepts more
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/records/jsonschemas/records/record-v6.0.0.json`).
 */
const STORED: [list: string, field: string | null, keys: string[]][] = [
  ['rights', null, ['id', 'title', 'description', 'link']],
  ['subjects', null, ['id', 'subject', 'scheme']],
  ['funding', 'award', ['id', 'title', 'number', 'identifiers']],
];

/**
 * Throws 500 for what a save accepts and the JSON schema of stored records rejects, because nothing
 * catches that.
 */
export function requireStorable(metadata: Fields): void {
  for (const [list, field, keys] of STORED) {
    for (const item of objectsAt(metadata, list)) {
      const holder = field === null ? item : item[field];
      if (isObject(holder) && Object.keys(holder).some((key) => !keys.includes(key))) throw internalError();
    }
  }
  for (const { place, description } of objectsAt(metadata['locations'], 'features')) {
    if (place === '' || description === '') throw internalError();
  }
}
