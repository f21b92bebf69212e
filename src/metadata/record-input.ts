import { Value } from 'typebox/value';
import { isDay } from './dates.js';
import { identify, identifyAs, identifyPerson, OF_AWARDS, OF_PLACES, readRor } from './identifiers.js';
import { type Given, isOddName, Mapper, type Mapping, notSent, ODD_NAME, UNKNOWN } from './mapping.js';
import { isZenodosDoi, OWN_DOI } from './own-doi.js';
import { AccessSchema, type Content } from './record.js';
import { recordFaults } from './record-faults.js';
import { eachObject, filled, isObject, removes, textOf } from './values.js';
import { toReferences } from './vocabulary-references.js';

/** Members of Zenodo's answers that callers may send back. */
const ANSWERED = new Set(
  'id links parent versions created updated revision_id is_published is_draft ui errors expires_at stats status swh deletion_status files media_files title recid'.split(
    ' ',
  ),
);

/**
 * Maps `record`: metadata, custom fields, access and DOI in the records API's names. Null and an
 * empty list remove a field.
 */
export function mapRecord({ value, path }: Given): Mapping {
  const into = new Mapper();
  if (!isObject(value)) {
    into.fault(path, 'must be an object with the field names of Zenodo’s records API');
    return into.mapping;
  }
  for (const key of Object.keys(value)) {
    if (!['metadata', 'custom_fields', 'access', 'pids'].includes(key) && !ANSWERED.has(key))
      into.warn(`${path}.${key}`, UNKNOWN);
  }
  const given = { metadata: trimmed(part('metadata')), custom_fields: trimmed(part('custom_fields')) };
  const wanted = {
    metadata: normalised(given.metadata),
    custom_fields: toReferences(given.custom_fields) as Content,
  };
  identified(Object(wanted.custom_fields['meeting:meeting'])['identifiers']);
  const { faults, unknown } = recordFaults(present(wanted.metadata), present(wanted.custom_fields));
  for (const { field, message } of faults) into.fault(`${path}.${field}`, message);
  for (const at of unknown) {
    into.warn(`${path}.${at}`, UNKNOWN);
    remove(wanted, at.split('.'));
  }
  for (const [root, fields] of Object.entries(wanted)) {
    for (const [key, item] of Object.entries(fields)) {
      if (isOddName(key)) into.fault(`${path}.${root}.${key}`, ODD_NAME);
      else into.set(`${root}.${key}`, { value: removes(item) ? null : item, path: `${path}.${root}.${key}` });
    }
  }
  if (isObject(value['files']) && value['files']['enabled'] === false)
    into.warn(`${path}.files.enabled`, 'was not sent, because Zenodo lets no one change it.');
  if (typeof value['title'] === 'string' && given.metadata['title'] !== value['title'].trim())
    into.warn(`${path}.title`, `was not sent; the title is ${path}.metadata.title.`);
  if (value['access'] !== undefined) mapAccess({ value: value['access'], path: `${path}.access` }, into);
  mapPids(part('pids'), `${path}.pids`, into);
  sayBesideIds(given.metadata, wanted.metadata, `${path}.metadata`, into);
  return into.mapping;

  function part(name: string): Content {
    const found = isObject(value) ? value[name] : undefined;
    if (found === undefined || found === null) return {};
    if (isObject(found)) return found;
    into.fault(`${path}.${name}`, 'must be an object');
    return {};
  }
}

/** Texts as Zenodo stores them. Words of rights stay as they are. */
function trimmed(fields: Content): Content {
  return Object.fromEntries(
    Object.entries(fields).map(([key, item]) => [key, key === 'rights' ? item : withoutBlanks(item)]),
  );
}

function withoutBlanks(item: unknown): unknown {
  if (typeof item === 'string') return item.trim();
  if (Array.isArray(item)) return item.map(withoutBlanks);
  if (!isObject(item)) return item;
  return Object.fromEntries(Object.entries(item).map(([key, inner]) => [key, withoutBlanks(inner)]));
}

/** Reduces entries from Zenodo's answers to their ids, and normalises identifiers. */
function normalised(metadata: Content): Content {
  const result = toReferences(metadata, true) as Content;
  for (const list of ['identifiers', 'related_identifiers', 'references']) identified(result[list]);
  eachObject(Object(result['locations'])['features'], ({ identifiers }) =>
    identified(identifiers, OF_PLACES),
  );
  for (const list of ['creators', 'contributors']) {
    eachObject(result[list], ({ person_or_org: who, affiliations }) => {
      if (isObject(who)) eachObject(who['identifiers'], (entry) => fill(entry, identifyPerson));
      eachObject(affiliations, bareRor);
    });
  }
  const funding = Array.isArray(metadata['funding']) ? (metadata['funding'] as unknown[]) : [];
  eachObject(result['funding'], ({ funder, award }, index) => {
    if (isObject(funder)) bareRor(funder);
    const given = isObject(funding[index]) ? funding[index]['award'] : undefined;
    // The words that are sent if Zenodo does not have the id.
    if (isObject(given) && isObject(award)) Object.assign(award, wordsOfAward(given));
    identified(Object(award)['identifiers'], OF_AWARDS);
  });
  return result;
}

/** Normalises identifiers of the kinds that are allowed there. */
function identified(list: unknown, kinds?: string[]): void {
  eachObject(list, (entry) =>
    fill(entry, (text, scheme) =>
      scheme === undefined ? identify(text, kinds) : identifyAs(scheme, text, kinds),
    ),
  );
}

function wordsOfAward({ number, title }: Content): Content {
  const en = isObject(title) ? title['en'] : undefined;
  return filled({
    number: typeof number === 'string' ? number : null,
    title: typeof en === 'string' ? { en } : null,
  });
}

function fill(
  entry: Content,
  read: (text: string, scheme?: string) => { identifier: string; scheme: string } | null | undefined,
): void {
  const { identifier, scheme } = entry;
  if (typeof identifier !== 'string' || (scheme !== undefined && typeof scheme !== 'string')) return;
  Object.assign(entry, read(identifier, scheme) ?? {});
}

/** Zenodo's ids of institutions are ROR ids without a URL, in lower case. */
function bareRor(entry: Content): void {
  const ror = typeof entry['id'] === 'string' ? readRor(entry['id']) : null;
  if (ror !== null) entry['id'] = ror;
}

function present(fields: Content): Content {
  return Object.fromEntries(Object.entries(fields).filter(([, item]) => !removes(item)));
}

function remove(object: unknown, [key = '', ...rest]: string[]): void {
  if (!isObject(object) && !Array.isArray(object)) return;
  const holder = object as Content;
  // Names of custom fields may contain dots.
  const whole = [key, ...rest].join('.');
  if (rest.length === 0 || Object.hasOwn(holder, whole)) delete holder[rest.length === 0 ? key : whole];
  else remove(holder[key], rest);
}

function mapAccess({ value, path }: Given, into: Mapper): void {
  // The status is what Zenodo computes.
  const { status: _status, ...access } = Object(value) as Content;
  if (access['record'] === 'restricted')
    return void into.fault(`${path}.record`, 'Zenodo cannot restrict whole records, only their files');
  if (!Value.Check(AccessSchema, access)) return void into.fault(path, ACCESS);
  const until = textOf(access.embargo?.until);
  const isEmbargo = access.embargo?.active ?? until !== null;
  if (isEmbargo && access.files === 'public')
    into.fault(`${path}.files`, 'must be restricted during an embargo');
  if (isEmbargo && until !== null && !isDay(until))
    into.fault(`${path}.embargo.until`, 'must be a day: YYYY-MM-DD');
  const right = isEmbargo ? 'embargoed' : access.files === 'public' ? 'open' : 'restricted';
  into.set('access.right', { value: right, path: `${path}.files` });
  if (isEmbargo) into.set('access.until', { value: until, path: `${path}.embargo.until` });
  for (const [key, said] of Object.entries({ until, reason: textOf(access.embargo?.reason) })) {
    const at = `${path}.embargo.${key}`;
    if (!isEmbargo && said !== null) into.warn(at, 'was not sent, because the embargo is not active.');
    else if (key === 'reason' && said !== null) into.set('access.reason', { value: said, path: at });
  }
}

const ACCESS =
  'must be {files: "public" or "restricted"}, with an embargo {active, until} if the files are restricted';

/** Texts next to the id of an entry that Zenodo would discard. */
const BESIDE_IDS: Readonly<Record<string, readonly string[]>> = {
  rights: ['title', 'description', 'link'],
  subjects: ['subject'],
};

/**
 * Warns about rights and subjects with an id and texts of their own: only the id counts. Texts from
 * Zenodo's own answers are not mentioned.
 */
function sayBesideIds(given: Content, wanted: Content, path: string, into: Mapper): void {
  for (const [field, keys] of Object.entries(BESIDE_IDS)) {
    const [before, after] = [given[field], wanted[field]].map((list) => (Array.isArray(list) ? list : []));
    before?.forEach((entry: unknown, index) => {
      const kept: unknown = after?.[index];
      if (!isObject(entry) || !isObject(kept) || 'props' in entry || 'scheme' in entry) return;
      for (const key of keys.filter((one) => one in entry && !(one in kept)))
        into.warn(`${path}.${field}.${index}.${key}`, notSent(`${path}.${field}.${index}.id`));
    });
  }
}

function mapPids(pids: Content, path: string, into: Mapper): void {
  const { doi, oai: _oai, ...others } = pids;
  const at = `${path}.doi`;
  for (const key of Object.keys(others)) into.warn(`${path}.${key}`, UNKNOWN);
  if (doi === null) into.set('pids.doi', { value: null, path: at });
  if (doi === null || doi === undefined) return;
  if (!isObject(doi))
    return void into.fault(at, 'must be {"identifier": "10.1234/…", "provider": "external"}');
  const identifier = typeof doi['identifier'] === 'string' ? doi['identifier'] : '';
  const isExternal = doi['provider'] === 'external';
  // As in an answer: Zenodo keeps the DOI that it has reserved.
  if (isZenodosDoi(identifier)) {
    if (isExternal) into.fault(`${at}.identifier`, OWN_DOI);
    return;
  }
  if (!isExternal)
    return void into.fault(`${at}.provider`, 'must be external: Zenodo assigns all other DOIs');
  const found = identifyAs('doi', identifier);
  if (!found) into.fault(`${at}.identifier`, 'is not a DOI: expected 10.1234/…');
  else into.set('pids.doi', { value: { identifier: found.identifier, provider: 'external' }, path: at });
}
