import { readRor } from './identifiers.js';
import { entriesOf, Fields, type Given, type Mapping, type Setting, warn } from './mapping.js';
import { isBlank, isObject, textOf } from './values.js';

/**
 * Places of work, each `{id, name}`: which ids Zenodo has is looked up before they are sent
 * (vocabulary-ids.ts). Semicolons part several in one text.
 */
export function readAffiliations(given: Given[], mapping: Mapping): Setting[] {
  const seen = new Set<string>();
  return given
    .flatMap((one) =>
      typeof one.value === 'string'
        ? one.value
            .split(/[;\n]/)
            .filter((part) => !isBlank(part))
            .map((value) => ({ value: value as unknown, path: one.path }))
        : entriesOf(one),
    )
    .flatMap((one): Setting[] => {
      const value = readAffiliation(one, mapping);
      const key = JSON.stringify(value);
      if (value === null || seen.has(key)) return [];
      seen.add(key);
      return [{ value, path: one.path }];
    });
}

function readAffiliation({ value, path }: Given, mapping: Mapping): { id?: string; name?: string } | null {
  if (!isObject(value)) {
    const text = textOf(value);
    if (text === null) {
      warn(mapping, path, 'is not the name of an affiliation, so it was left out.');
      return null;
    }
    const ror = /ror\.org|^ror:/i.test(text) ? readRor(text) : null;
    return ror === null ? { name: text } : { id: ror };
  }
  const fields = new Fields(value, path);
  const name = fields.text('name', 'affiliation', 'title', 'label', 'legalname');
  let id: string | null = null;
  for (const one of fields
    .all('ror', 'rorid', 'id', '@id', 'identifier', 'identifiers', 'affiliationidentifier')
    .flatMap(entriesOf)) {
    const text =
      textOf(
        isObject(one.value) ? (one.value['identifier'] ?? one.value['value'] ?? one.value['@id']) : one.value,
      ) ?? '';
    const ror = readRor(text);
    if (ror !== null) id ??= ror;
    else warn(mapping, one.path, 'is not a ROR id, so it was not sent to Zenodo.');
  }
  fields.skip('type', 'scheme', 'affiliationidentifierscheme', 'schemeuri');
  fields.nameRest(mapping);
  if (id === null && name === null) {
    warn(mapping, path, 'has neither a name nor a ROR id of an affiliation, so it was left out.');
    return null;
  }
  return { ...(id === null ? {} : { id }), ...(name === null ? {} : { name }) };
}
