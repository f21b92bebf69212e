import { type Identifier, identifyPerson } from './identifiers.js';
import { entriesOf, Fields, fault, type Given, keyAt, type Mapping, warn } from './mapping.js';
import { isObject, textOf } from './values.js';

/** The kind of an identifier in the name of a scheme, its address, or a key: `orcid_url`. */
const KIND = /(?:^|[^a-z])(orcid|isni|gnd|ror|edmo)/i;

/** What is meant as an ORCID iD, right or not. */
const LIKE_ORCID = /(?:orcid.*|^)\d{4}-?\d{4}-?\d{4}-?\d{3}[\dX]\/?$/i;

/**
 * Identifiers of a person, each kind once: `orcid` and its relatives, or lists of texts and
 * `{identifier, scheme}`.
 */
export function readPersonIds(ids: Given[], mapping: Mapping): { value: Identifier; path: string }[] {
  const found = new Map<string, { value: Identifier; path: string }>();
  for (const given of ids.flatMap(entriesOf)) {
    const { path } = given;
    const { text, scheme } = readParts(given, mapping);
    // The beginning of every address, as forms show it, with nothing behind it.
    if (text !== null && /^(?:https?:\/\/)?(?:www\.)?orcid\.org\/?$/i.test(text)) continue;
    const value = text === null ? null : identifyPerson(text, scheme);
    const isOrcid =
      scheme === 'orcid' || (scheme === undefined && LIKE_ORCID.test((text ?? '').trim().slice(0, 100)));
    if (value === null && isOrcid) {
      fault(mapping, path, 'is not a valid ORCID iD: expected 0000-0000-0000-0000 with a valid check digit');
    } else if (value === null && scheme !== undefined) {
      fault(mapping, path, `is not a valid ${scheme.toUpperCase()}`);
    } else if (value === null) {
      warn(
        mapping,
        path,
        'is not an identifier that Zenodo accepts for a person (ORCID, ISNI, GND, ROR), so it was left out.',
      );
    } else {
      const before = found.get(value.scheme);
      if (before !== undefined && before.value.identifier !== value.identifier) {
        fault(mapping, path, `is another ${value.scheme.toUpperCase()} than ${before.path} has`);
      }
      if (before === undefined) found.set(value.scheme, { value, path });
    }
  }
  return [...found.values()];
}

/**
 * What an identifier is, and its kind if that is said, by its own words or by the name of its key.
 */
function readParts({ value, path }: Given, mapping: Mapping): { text: string | null; scheme?: string } {
  const object = isObject(value) ? new Fields(value, path) : null;
  const text =
    object === null
      ? textOf(value)
      : object.text('identifier', 'nameidentifier', 'value', 'id', '@id', 'url', 'valueuri');
  const said = object?.text('scheme', 'nameidentifierscheme', 'type', 'propertyid', 'name', 'schemeuri');
  object?.skip('type', 'name', 'schemeuri');
  object?.nameRest(mapping);
  const scheme = KIND.exec(said ?? keyAt(path))?.[1]?.toLowerCase();
  return { text, ...(scheme === undefined ? {} : { scheme }) };
}
