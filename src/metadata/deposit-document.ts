import { problem } from '../errors.js';
import { containerFieldOf } from './container.js';
import { DEPOSIT_FIELDS } from './deposit.js';
import { type ContainerDocument, isNamedTwice, layDeposit, namesOfFields, readDocument } from './document.js';
import { Fields } from './fields.js';
import type { Given } from './mapping.js';
import { isObject, keyOf } from './values.js';

/**
 * Separates the fields of the deposit API in an object from those of a container. A field that is
 * also given in a container's spelling is read together with it, so that neither is lost.
 */
export function sortMetadata(metadata: unknown): {
  document: ContainerDocument | null;
  deposit: Record<string, Given>;
} {
  if (metadata === undefined || metadata === null) return { document: null, deposit: {} };
  if (!isObject(metadata)) {
    throw problem(
      'invalid_metadata',
      'metadata must be an object with the field names of Zenodo’s deposit API.',
      {
        errors: [{ field: 'metadata', message: 'must be an object' }],
      },
    );
  }
  const deposit: Record<string, Given> = {};
  const own: Record<string, unknown> = {};
  const named = namesOfFields(metadata);
  for (const [key, value] of Object.entries(metadata)) {
    const field = containerFieldOf(key);
    if (keyOf(key) === 'doi') {
      layDeposit(deposit, 'doi', { value, path: `metadata.${key}` });
      continue;
    }
    const isOurs = field !== null && !DEPOSIT_FIELDS.has(key) && !isObjectOfAnother(key, value);
    const isShared = isNamedTwice(field, named);
    if (isOurs || isShared || isOurContributors(key, value, metadata)) own[key] = value;
    else deposit[key] = { value, path: `metadata.${key}` };
  }
  const document = readDocument(own, 'metadata', 'metadata');
  return { document, deposit };
}

/**
 * The records API, asked for the deposit API's names, returns other forms of these fields:
 * `resource_type: {title, type}`.
 */
function isObjectOfAnother(key: string, value: unknown): boolean {
  return key === 'resource_type' && isObject(value);
}

/**
 * Contributors with first and last names and without creators: a container's list, not Zenodo's.
 */
function isOurContributors(key: string, value: unknown, metadata: Record<string, unknown>): boolean {
  return (
    key === 'contributors' &&
    metadata['creators'] === undefined &&
    Array.isArray(value) &&
    value.some(
      (item) =>
        isObject(item) &&
        new Fields({ value: item, path: '' }).take('lastname', 'familyname', 'firstname') !== null,
    )
  );
}
