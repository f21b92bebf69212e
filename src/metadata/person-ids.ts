import { type Identifier, identifyPerson } from './identifiers.js';
import { entriesOf, Fields, fault, type Given, type Mapping, warn } from './mapping.js';
import { isObject, textOf } from './values.js';

/** What is meant as an ORCID iD, right or not. */
const LIKE_ORCID = /(?:orcid.*|^)\d{4}-?\d{4}-?\d{4}-?\d{3}[\dX]\/?$/i;

/**
 * Identifiers of a person, each kind once: `orcid` and its relatives, or lists of texts and
 * `{identifier, scheme}`.
 */
export function readPersonIds(ids: Given[], mapping: Mapping): { value: Identifier; path: string }[] {
  const found = new Map<string, { value: Identifier; path: string }>();
  for (const { value: item, path } of ids.flatMap(entriesOf)) {
    const object = isObject(item) ? new Fields(item, path) : null;
    const text =
      object === null
        ? textOf(item)
        : object.text('identifier', 'nameidentifier', 'value', 'id', '@id', 'url');
    const key = path.split('.').findLast((part) => !/^\d+$/.test(part)) ?? '';
    const said = object?.text('scheme', 'nameidentifierscheme', 'type', 'propertyid')?.toLowerCase();
    const scheme = said ?? /^(orcid|isni|gnd|ror)/i.exec(key)?.[1]?.toLowerCase();
    // The beginning of every address, as forms show it, with nothing behind it; and names inside a
    // JSON-LD document.
    if (
      text === null ||
      /^(?:https?:\/\/)?(?:www\.)?orcid\.org\/?$/i.test(text) ||
      /^(?:#|_:|\.\/)/.test(text)
    )
      continue;
    const value = identifyPerson(text, scheme);
    const isOrcid =
      scheme === 'orcid' || (scheme === undefined && LIKE_ORCID.test(text.trim().slice(0, 100)));
    if (value === null && isOrcid) {
      fault(mapping, path, 'is not a valid ORCID iD: expected 0000-0000-0000-0000 with a valid check digit');
    } else if (value === null && scheme !== undefined && ['isni', 'gnd', 'ror'].includes(scheme)) {
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
