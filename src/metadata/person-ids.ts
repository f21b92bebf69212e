import { Fields } from './fields.js';
import { type Identifier, identifyPerson } from './identifiers.js';
import { entriesOf, type Given, keyAt, type Mapper } from './mapping.js';
import { isBlank, isObject, partsOf } from './values.js';

/** The kind of an identifier in a scheme's name, a URL or a key: `orcid_url`. */
const KIND = /(?:^|[^a-z])(orcid|isni|gnd|ror|edmo)/i;

/** Text that is meant as an ORCID iD, valid or not. */
const LIKE_ORCID = /(?:orcid.*|^)\d{4}-?\d{4}-?\d{4}-?\d{3}[\dX]\/?$/i;

const NOT_OF_A_PERSON =
  'is not an identifier that Zenodo accepts for a person (ORCID, ISNI, GND, ROR), so it was left out.';

/**
 * Identifiers of a person, one per kind: `orcid` and the like, or lists of texts and `{identifier,
 * scheme}`.
 */
export function readPersonIds(ids: Given[], into: Mapper): { value: Identifier; path: string }[] {
  const found = new Map<string, { value: Identifier; path: string }>();
  for (const given of ids.flatMap(entriesOf).flatMap(each)) {
    const { path } = given;
    const { text, scheme } = readParts(given, into);
    // The prefix of a URL that a form shows, with nothing after it.
    if (text !== null && /^(?:https?:\/\/)?(?:www\.)?orcid\.org\/?$/i.test(text)) continue;
    const value = text === null ? null : identifyPerson(text, scheme);
    const isOrcid =
      scheme === 'orcid' || (scheme === undefined && LIKE_ORCID.test((text ?? '').trim().slice(0, 100)));
    if (value === null && isOrcid) {
      into.fault(path, 'is not a valid ORCID iD: expected 0000-0000-0000-0000 with a valid check digit');
    } else if (value === null && scheme !== undefined) {
      into.fault(path, `is not a valid ${scheme.toUpperCase()}`);
    } else if (value === null) {
      into.warn(path, NOT_OF_A_PERSON);
    } else {
      const before = found.get(value.scheme);
      if (before === undefined) found.set(value.scheme, { value, path });
      else if (before.value.identifier !== value.identifier)
        into.fault(
          path,
          `is another ${value.scheme.toUpperCase()} than ${before.path === path ? 'the first one' : `${before.path} has`}`,
        );
    }
  }
  return [...found.values()];
}

/** Several in one text, or by their kinds: `{orcid, gnd}`. */
function each({ value, path }: Given): Given[] {
  if (typeof value === 'string') return partsOf(value, /[;|\n]|,\s/).map((part) => ({ value: part, path }));
  const entries = isObject(value) ? Object.entries(value).filter(([, one]) => !isBlank(one)) : [];
  const isByKind = entries.length > 0 && entries.every(([key]) => /^(?:orcid|isni|gnd|ror)/i.test(key));
  return isByKind ? entries.map(([key, one]) => ({ value: one, path: `${path}.${key}` })) : [{ value, path }];
}

/** An identifier, and its kind if its words or its key name it. */
function readParts(given: Given, into: Mapper): { text: string | null; scheme: string | undefined } {
  const fields = new Fields(given, into);
  const text = fields.text('identifier', 'nameidentifier', 'value', 'id', '@id', 'url', 'valueuri');
  const said = fields.text('scheme', 'nameidentifierscheme', 'type', 'propertyid', 'name', 'schemeuri');
  fields.skip('type', 'name', 'schemeuri');
  fields.nameRest();
  return { text, scheme: KIND.exec(said ?? keyAt(given.path))?.[1]?.toLowerCase() };
}
