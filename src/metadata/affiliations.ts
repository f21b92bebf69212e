import { Fields } from './fields.js';
import { readRor } from './identifiers.js';
import { entriesOf, type Given, type Mapper, notSent, once, type Setting } from './mapping.js';
import { hasEmail, withoutEmail } from './person-text.js';
import { isObject, partsOf, squeeze, textOf } from './values.js';

/**
 * Reads affiliations as `{id, name}`. Their ids are looked up before they are sent
 * (vocabulary-ids.ts). Semicolons separate several in one text.
 */
export function readAffiliations(given: Given[], into: Mapper): Setting[] {
  const parts = given.flatMap(({ value, path }): Given[] =>
    typeof value === 'string'
      ? partsOf(value, ONLY_RORS.test(value) ? /[;,\s]/ : /[;\n]/).map((part) => ({ value: part, path }))
      : entriesOf({ value, path }),
  );
  return once(
    parts.flatMap((one): Setting[] => {
      const value = readAffiliation(one, into);
      return value === null ? [] : [{ value, path: one.path }];
    }),
  );
}

const NAMES = 'name affiliation title label legalname organization organisation institution'.split(' ');

/** `CERN (https://ror.org/01ggx4157)` */
const ROR_BEHIND =
  /^(.{1,400}?)[\s,([]{1,3}(?:https?:\/\/(?:www\.)?ror\.org\/|ror\.org\/|ror:\s?)(0[a-z\d]{6}\d{2})\/?[)\]]?$/i;

/** Several addresses, which name no institution beside them. */
const ONLY_RORS = /^(?:(?:https?:\/\/)?ror\.org\/\w{9}\/?(?:[;,\s]{1,3}|$)){2,}$/i;

const SIGNS = new Set(' \t\n,;:|–—-');

/** Without what separates at its ends. */
function withoutSigns(text: string): string {
  let [from, to] = [0, text.length];
  while (to > from && SIGNS.has(text.charAt(to - 1))) to -= 1;
  while (from < to && SIGNS.has(text.charAt(from))) from += 1;
  return text.slice(from, to);
}

/** Without the brackets and commas that are empty where an address was. */
function withoutEmpty(text: string): string {
  const plain = squeeze(text)
    .replace(/[<([][ ,]{0,3}[>)\]]/g, ' ')
    .replace(/[ ,]{1,3}(?=[>)\]])/g, '');
  const parts = plain.split(',').map(withoutSigns);
  return parts.filter((part) => part !== '').join(', ');
}

function readAffiliation(given: Given, into: Mapper): { id?: string; name?: string } | null {
  const fields = new Fields(given, into);
  const written = fields.text(...NAMES);
  const [, before, rorBehind] = ROR_BEHIND.exec(written ?? '') ?? [];
  const bare = before === undefined ? (written ?? '') : withoutSigns(before);
  const text = textOf(hasEmail(bare) ? withoutEmpty(withoutEmail(bare)) : bare);
  if (hasEmail(bare))
    into.warn(given.path, 'the e-mail address was not sent, because Zenodo has no field for it.');
  // A text that says so is an id.
  const isId = !isObject(given.value) && text !== null && /ror\.org|^ror:/i.test(text);
  let id = isId ? readRor(text) : (rorBehind?.toLowerCase() ?? null);
  const name = isId && id !== null ? null : text;
  const ids = fields.all('ror', 'rorid', 'id', '@id', 'identifier', 'identifiers', 'affiliationidentifier');
  for (const { value, path } of ids.flatMap(entriesOf)) {
    const said = isObject(value) ? (value['identifier'] ?? value['value'] ?? value['@id']) : value;
    const ror = readRor(textOf(said) ?? '');
    if (ror === null) into.warn(path, 'is not a ROR id, so it was not sent to Zenodo.');
    else if (id !== null && ror !== id) into.warn(path, notSent(id));
    else id = ror;
  }
  fields.skip('type', 'scheme', 'affiliationidentifierscheme', 'schemeuri');
  fields.nameRest();
  if (id !== null || name !== null)
    return { ...(id === null ? {} : { id }), ...(name === null ? {} : { name }) };
  into.warn(given.path, 'has neither a name nor a ROR id of an affiliation, so it was left out.');
  return null;
}
