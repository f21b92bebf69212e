import { type Identifier, identifierKey, identify, identifyAs } from './identifiers.js';
import {
  add,
  entriesOf,
  Fields,
  fault,
  type Given,
  isLocalName,
  type Mapping,
  notSent,
  warn,
} from './mapping.js';
import { isOfARecord } from './own-doi.js';
import { isObject, keyOf, short, textOf } from './values.js';
import { commonType, RELATIONS, readResourceTypes } from './vocabularies.js';

/** Several identifiers in one text, if each part of it is one; else the text as it is. */
function parted({ value, path }: Given): Given[] {
  if (typeof value !== 'string') return [{ value, path }];
  const all = (separator: RegExp, isOne: (part: string) => boolean) => {
    const parts = value.split(separator).filter((part) => part.trim() !== '');
    return parts.length > 1 && parts.every(isOne)
      ? parts.map((part) => ({ value: part.trim(), path }))
      : null;
  };
  const isWord = (part: string) => !/\s/.test(part.trim()) && recognise(part.trim()) !== null;
  const isSure = (part: string) => ['doi', 'url'].includes(recognise(part)?.scheme ?? '');
  return all(/[,;]\s+|\n/, isWord) ?? all(/\s+/, isSure) ?? [{ value, path }];
}

/** An identifier, but no sentence: to Zenodo a handle is whatever has a slash in it. */
function recognise(text: string): Identifier | null {
  const found = identify(text);
  return found?.scheme === 'handle' && /\s/.test(text) ? null : found;
}

/**
 * PIDs of the container, as texts or `{type, value, url}` → identifiers of the record itself. One
 * of no kind that Zenodo knows is sent as `other`.
 */
export function mapPids(given: Given, mapping: Mapping, depositionId?: number): void {
  for (const { value: item, path } of entriesOf(given).flatMap(parted)) {
    const fields = isObject(item) ? new Fields(item, path) : null;
    const all =
      fields === null
        ? [{ value: item, path }]
        : fields.all('value', 'identifier', 'pid', 'url', 'link', '@id', 'id');
    const texts = all.map(({ value }) => textOf(value)).filter((text) => text !== null);
    const [text] = texts;
    const kind = keyOf(fields?.text('type', 'scheme', 'propertyid') ?? '');
    // What describes an identifier stays in a manifest, which travels as a file.
    noField(fields, mapping, 'name', 'description');
    fields?.nameRest(mapping);
    if (text === undefined) {
      fault(mapping, path, 'must be a string, or {type, value}');
      continue;
    }
    if (isLocalName(text)) continue;
    const found =
      fromKind(kind, text) ??
      texts.map(recognise).find((one) => one !== null) ??
      identifyAs(kind, text) ??
      undefined;
    if (kind !== 'pmid' && found?.scheme === 'pmid' && found.identifier === text)
      warn(
        mapping,
        path,
        `Zenodo reads a bare number as a PubMed id; send {type, value} if ${text} is not one.`,
      );
    if (found !== undefined && isOfARecord(found.identifier, path, mapping, depositionId)) continue;
    if (found === undefined) {
      warn(
        mapping,
        path,
        `Zenodo does not recognise the scheme of “${short(text)}”, so it was sent with the scheme other.`,
      );
    }
    const value = found ?? { identifier: text, scheme: 'other' };
    add(mapping, 'metadata.identifiers', { value, path });
    const [first, ...more] = all.filter((one) => textOf(one.value) !== null);
    for (const one of more) {
      const key = identifierKey(textOf(one.value) ?? '');
      if (!key.endsWith(identifierKey(value.identifier)) && !key.endsWith(identifierKey(text)))
        warn(mapping, one.path, notSent(first?.path ?? path));
    }
  }
}

/** Says that Zenodo has no place for these, unless a manifest keeps them. */
function noField(fields: Fields | null, mapping: Mapping, ...keys: string[]): void {
  if (fields?.path.startsWith('manifest')) fields.skip(...keys);
  else fields?.leave(mapping, ...keys);
}

/** An identifier whose kind stands beside it and not in it: `{type: ARK, value: 12148/x}`. */
function fromKind(kind: string, text: string): Identifier | null {
  const spelled = identify(`${kind}:${text}`);
  return ['ark', 'arxiv', 'rrid', 'wikidata', 'ads'].includes(kind) && spelled?.scheme === kind
    ? spelled
    : null;
}

/**
 * Something that the record refers to; `relation` as the vocabulary has it. Texts, or `{title,
 * link, resource type}`.
 */
export function mapRelated(given: Given, relation: string, mapping: Mapping): void {
  const seen = new Set<string>();
  for (const { value: item, path } of entriesOf(given).flatMap(parted)) {
    const fields = isObject(item) ? new Fields(item, path) : null;
    const text =
      fields === null
        ? textOf(item)
        : fields.text('link', 'url', 'href', 'identifier', 'value', '@id', 'id', 'doi');
    const said = fields?.take('relation', 'relationtype');
    const word = textOf(isObject(said?.value) ? said.value['id'] : said?.value);
    const type = fields?.take('resourcetype', 'type', '@type');
    fields?.skip('scheme', 'accesslevel', 'relatedidentifiertype');
    noField(fields, mapping, 'title', 'name', 'description');
    fields?.nameRest(mapping);
    const identifier = text === null ? null : recognise(text);
    if (identifier === null) {
      warn(mapping, path, 'is not a link or identifier that Zenodo recognises, so it was left out.');
      continue;
    }
    const known = word === null ? relation : RELATIONS.includes(keyOf(word)) ? keyOf(word) : null;
    if (known === null && said)
      warn(mapping, said.path, `Zenodo has no relation “${word}”, so it was sent as ${relation}.`);
    const { types, unknown } = readResourceTypes(isObject(type?.value) ? type.value['id'] : type?.value);
    if (unknown.length > 0 && type?.path.endsWith('@type') === false)
      warn(mapping, type.path, `Zenodo has no resource type “${unknown.join(', ')}”, so it was left out.`);
    const key = `${known} ${identifierKey(identifier.identifier)}`;
    if (seen.has(key)) continue;
    seen.add(key);
    add(mapping, 'metadata.related_identifiers', {
      value: {
        ...identifier,
        relation_type: { id: known ?? relation },
        ...(types.length > 0 ? { resource_type: { id: commonType(types) } } : {}),
      },
      path,
    });
  }
}
