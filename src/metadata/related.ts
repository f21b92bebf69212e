import { Fields, isLocalName } from './fields.js';
import {
  type Identifier,
  identifierKey,
  identify,
  identifyAs,
  identifyRelated,
  webAddress,
} from './identifiers.js';
import { entriesOf, type Given, type Mapper, notSent } from './mapping.js';
import { isOfARecord } from './own-doi.js';
import { commonType, readResourceTypes } from './resource-types.js';
import { isObject, keyOf, partsOf, short, textOf, withoutPrefix, wordOf } from './values.js';
import { RELATIONS } from './vocabularies.js';

/** Separators without a blank, and “and”, before what can only be another identifier. */
const BEFORE_ANOTHER =
  /(?:[,;|]\s?|\s(?:and|und|&)\s)(?=doi:|https?:\/\/|(?:dx\.)?doi\.org\/|10\.\d{4,9}\/)/i;

/** Several identifiers in one text if each part is one, else the text as it is. */
export function parted({ value, path }: Given): Given[] {
  if (typeof value !== 'string') return [{ value, path }];
  const all = (separator: RegExp, isOne: (part: string) => boolean) => {
    const parts = partsOf(value, separator);
    return parts.length > 1 && parts.every(isOne) ? parts.map((part) => ({ value: part, path })) : null;
  };
  const isWord = (part: string) => !/\s/.test(part) && recognise(part) !== null;
  const isSure = (part: string) => ['doi', 'url'].includes(recognise(part)?.scheme ?? '');
  return all(/[,;]\s+|\n/, isWord) ?? all(/\s+/, isSure) ?? all(BEFORE_ANOTHER, isSure) ?? [{ value, path }];
}

/** An identifier, but not a sentence: Zenodo takes anything with a slash for a handle. */
function recognise(text: string): Identifier | null {
  const [, kind = '', rest = ''] = /^(igsn|eissn|lissn|grid|upc|w3id):\s?(\S+)$/i.exec(text) ?? [];
  // With its context, a SWHID has a slash.
  if (/^swh:1:\S+$/i.test(text)) return { identifier: text, scheme: 'other' };
  const found = identifyAs(kind.toLowerCase(), rest) ?? identifyRelated(text);
  return found?.scheme === 'handle' && /\s/.test(text) ? null : found;
}

/**
 * Maps PIDs of the container, as texts or `{type, value, url}`, to identifiers of the record. One
 * of an unknown kind is sent as `other`.
 */
export function mapPids(given: Given, into: Mapper, depositionId?: number): void {
  for (const one of entriesOf(given).flatMap(parted)) {
    const { path } = one;
    const fields = new Fields(one, into);
    const all = fields
      .all('value', 'identifier', 'alternateidentifier', 'pid', 'url', 'link', '@id', 'id')
      .flatMap(({ value, path: at }) => ({ text: textOf(value) ?? '', at }))
      .filter(({ text }) => text !== '');
    const kind = kindIn(fields, 'type', 'scheme', 'propertyid', 'identifiertype', 'alternateidentifiertype');
    // Descriptions of an identifier stay in the manifest, which is sent as a file.
    noField(fields, 'name', 'description');
    fields.nameRest();
    const [first, ...more] = all;
    if (first === undefined) {
      into.fault(path, 'must be a string, or {type, value}');
      continue;
    }
    const { text } = first;
    if (isLocalName(text)) continue;
    // One of no kind that Zenodo has is told, unlike a link.
    const seen = all
      .map((said) => recognise(said.text))
      .find((one) => one !== null && one.scheme !== 'other');
    const read = fromKind(kind, text) ?? seen ?? identifyAs(kind, text) ?? null;
    const found = isOfOtherKind(kind, read) ? null : read;
    sayOtherKind(kind, found, path, into);
    if (found !== null && isOfARecord(found.identifier, path, into, depositionId)) continue;
    if (kind === '' && (isBareNumber(text, found) || isOddHandle(found)))
      into.warn(path, `Zenodo reads it as ${found?.scheme}; send {type, value} if ${text} is not one.`);
    if (found === null) {
      const sentence = `Zenodo does not recognise the scheme of “${short(text)}”`;
      into.warn(path, `${sentence}, so it was sent with the scheme other.`);
    }
    const value = found ?? { identifier: text, scheme: 'other' };
    into.add('metadata.identifiers', { value, path });
    for (const { text: other, at } of more) {
      const key = identifierKey(other);
      if (!key.endsWith(identifierKey(value.identifier)) && !key.endsWith(identifierKey(text)))
        into.warn(at, notSent(first.at));
    }
  }
}

/** Warns that Zenodo has no field for these, unless a manifest keeps them. */
function noField(fields: Fields, ...keys: string[]): void {
  if (fields.path.startsWith('manifest')) fields.skip(...keys);
  else fields.leave(...keys);
}

/** Kinds that are only digits, so that each looks like another one. */
const NUMBERS = ['pmid', 'issn', 'isbn', 'isni', 'ean13', 'istc'];

/** Whether a text without its kind may be any number: a version, a year. */
function isBareNumber(text: string, found: Identifier | null): boolean {
  return /^[\d.]+$/.test(text) && ['pmid', 'cstr', 'issn'].includes(found?.scheme ?? '');
}

/** Kinds of numbers that Zenodo does not have. */
const OTHER_NUMBERS = ['other', 'gnd', 'viaf', 'ppn', 'oclc', 'lccn', 'zdb', 'zdbid'];

/**
 * Whether a number of a kind that Zenodo does not have looks like one that it has. Any digits look
 * like a `pmid`; the others have a check digit, so that a word such as `primary` denies none.
 */
function isOfOtherKind(kind: string, found: Identifier | null): boolean {
  const scheme = found?.scheme ?? '';
  const isSaid =
    kind === '' || kind.startsWith('pubmed') || [...NUMBERS, ...PREFIXED, 'doi', 'url'].includes(kind);
  if (isSaid || kind.includes(scheme)) return false;
  return ['pmid', 'cstr'].includes(scheme) || (NUMBERS.includes(scheme) && OTHER_NUMBERS.includes(kind));
}

/** Whether Zenodo takes a text for a handle only because it has a slash. */
function isOddHandle(found: Identifier | null): boolean {
  return found?.scheme === 'handle' && !/^\d/.test(found.identifier);
}

/** The kind of an identifier, which schema.org names beside the type PropertyValue. */
function kindIn(fields: Fields, ...keys: string[]): string {
  const read = (...names: string[]) =>
    keyOf(withoutPrefix(fields.text(...names) ?? '').replace(/^https?:\S*\//i, ''));
  const kind = read(...keys);
  if (kind !== 'propertyvalue') return kind;
  const other = read('scheme', 'propertyid');
  return other === 'propertyvalue' ? '' : other;
}

/** Warns about an identifier of another kind than the one that is said. */
function sayOtherKind(kind: string, found: Identifier | null, path: string, into: Mapper): void {
  const isSaid = [...NUMBERS, ...PREFIXED, 'doi'].includes(kind);
  if (isSaid && found !== null && found.scheme !== kind)
    into.warn(path, `is no ${kind}; Zenodo reads it as ${found.scheme}.`);
}

/** Kinds with a prefix of their own. */
const PREFIXED = ['ark', 'arxiv', 'rrid', 'wikidata', 'ads'];

/** An identifier whose kind is given separately: `{type: ARK, value: 12148/x}`. */
export function fromKind(kind: string, text: string): Identifier | null {
  if (NUMBERS.includes(kind)) return identifyAs(kind, text) ?? null;
  const spelled = identify(`${kind}:${text}`);
  return PREFIXED.includes(kind) && spelled?.scheme === kind ? spelled : null;
}

/** Keys of a link or an identifier of a related work. */
const LINKS = 'link url href identifier relatedidentifier value @id id doi'.split(' ');

/**
 * A related work, as a text or `{title, link, resource type}`. `relation` is a term of the
 * vocabulary.
 */
export function mapRelated(given: Given, relation: string, into: Mapper): void {
  const seen = new Set<string>();
  for (const one of entriesOf(given).flatMap(parted)) {
    const { path } = one;
    const fields = new Fields(one, into);
    const written = fields.text(...LINKS);
    const said = fields.take('relation', 'relationtype');
    const type = fields.take('resourcetype', 'resourcetypegeneral', 'type', '@type');
    const scheme = kindIn(fields, 'scheme', 'relatedidentifiertype');
    const text = written === null || scheme === 'handle' ? written : webAddress(written);
    if (text !== written) into.warn(path, `“${written}” was read as ${text}.`);
    fields.skip('accesslevel');
    noField(fields, 'title', 'name', 'description');
    fields.nameRest();
    const read =
      text === null ? null : (fromKind(scheme, text) ?? recognise(text) ?? identifyAs(scheme, text) ?? null);
    const identifier = isOfOtherKind(scheme, read) ? null : read;
    sayOtherKind(scheme, identifier, path, into);
    if (text !== null && scheme === '' && isBareNumber(text, identifier)) {
      into.warn(
        path,
        'is a bare number, so it was left out; send {scheme, identifier} if it is an identifier.',
      );
      continue;
    }
    if (scheme !== 'handle' && isOddHandle(identifier) && identifier?.identifier === text) {
      into.warn(path, 'would be a handle at Zenodo, so it was left out; send hdl: before it if it is one.');
      continue;
    }
    if (identifier === null) {
      into.warn(path, 'is not a link or identifier that Zenodo recognises, so it was left out.');
      continue;
    }
    const word = wordOf(said?.value);
    if (keyOf(word ?? '') === 'isalternateidentifier') {
      into.add('metadata.identifiers', { value: identifier, path });
      continue;
    }
    const known = word === null ? relation : RELATIONS.find((id) => id === keyOf(word));
    if (known === undefined && said !== null)
      into.warn(said.path, `Zenodo has no relation “${word}”, so it was sent as ${relation}.`);
    const { types, unknown } = readResourceTypes(isObject(type?.value) ? type.value['id'] : type?.value);
    if (unknown.length > 0 && type?.path.endsWith('@type') === false)
      into.warn(type.path, `Zenodo has no resource type “${unknown.join(', ')}”, so it was left out.`);
    const key = `${known} ${identifierKey(identifier.identifier, identifier.scheme)}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const resource = types.length > 0 ? { resource_type: { id: commonType(types) } } : {};
    const value = { ...identifier, relation_type: { id: known ?? relation }, ...resource };
    into.add('metadata.related_identifiers', { value, path });
  }
}
