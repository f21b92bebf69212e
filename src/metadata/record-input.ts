import { Value } from 'typebox/value';
import { identify, identifyAs, identifyPerson, readRor } from './identifiers.js';
import {
  emptyMapping,
  fault,
  type Given,
  type Mapping,
  notSent,
  type Setting,
  set,
  warn,
} from './mapping.js';
import { isZenodosDoi, OWN_DOI } from './own-doi.js';
import { AccessSchema, type Content } from './record.js';
import { recordFaults } from './record-faults.js';
import { isObject, textOf } from './values.js';
import { toReferences } from './vocabulary-references.js';

/** Members that Zenodo's answers have beside these, and that a caller may send back. */
const ANSWERED = new Set(
  'id links parent versions created updated revision_id is_published is_draft ui errors expires_at stats status swh deletion_status files media_files title recid'.split(
    ' ',
  ),
);

/**
 * `record`: metadata, custom fields, access and DOI in the names of the records API, as they are.
 * Null and the empty list remove a field.
 */
export function mapRecord({ value, path }: Given): Mapping {
  const mapping = emptyMapping();
  if (!isObject(value)) {
    fault(mapping, path, 'must be an object with the field names of Zenodo’s records API');
    return mapping;
  }
  for (const key of Object.keys(value)) {
    if (!['metadata', 'custom_fields', 'access', 'pids'].includes(key) && !ANSWERED.has(key)) {
      warn(mapping, `${path}.${key}`, 'is unknown, so it was not sent to Zenodo.');
    }
  }
  const given = { metadata: part('metadata'), custom_fields: part('custom_fields') };
  const wanted = {
    metadata: normalised(given.metadata),
    custom_fields: toReferences(given.custom_fields) as Content,
  };
  const { faults, unknown } = recordFaults(present(wanted.metadata), present(wanted.custom_fields));
  for (const { field, message } of faults) fault(mapping, `${path}.${field}`, message);
  for (const at of unknown) {
    warn(mapping, `${path}.${at}`, 'is unknown, so it was not sent to Zenodo.');
    remove(wanted, at.split('.'));
  }
  for (const [root, fields] of Object.entries(wanted)) {
    for (const [key, item] of Object.entries(fields)) {
      const isEmpty = item === null || (Array.isArray(item) && item.length === 0);
      set(mapping, `${root}.${key}`, { value: isEmpty ? null : item, path: `${path}.${root}.${key}` });
    }
  }
  if (isObject(value['files']) && value['files']['enabled'] === false)
    warn(mapping, `${path}.files.enabled`, 'was not sent, because Zenodo lets no one change it.');
  if (typeof value['title'] === 'string' && given.metadata['title'] !== value['title'])
    warn(mapping, `${path}.title`, `was not sent; the title is ${path}.metadata.title.`);
  if (value['access'] !== undefined) mapAccess({ value: value['access'], path: `${path}.access` }, mapping);
  mapPids(part('pids'), `${path}.pids`, mapping);
  sayBesideIds(given.metadata, wanted.metadata, `${path}.metadata`, mapping);
  return mapping;

  function part(name: string): Content {
    const found = isObject(value) ? value[name] : undefined;
    if (found === undefined || found === null) return {};
    if (isObject(found)) return found;
    fault(mapping, `${path}.${name}`, 'must be an object');
    return {};
  }
}

/**
 * With ids alone where an answer of Zenodo's has titles beside them, and identifiers in their bare
 * form with their kind.
 */
function normalised(metadata: Content): Content {
  const result = toReferences(metadata, true) as Content;
  for (const list of ['identifiers', 'related_identifiers', 'references']) {
    eachIn(result[list], (entry) =>
      fill(entry, (text, scheme) => (scheme === undefined ? identify(text) : identifyAs(scheme, text))),
    );
  }
  for (const list of ['creators', 'contributors']) {
    eachIn(result[list], ({ person_or_org: who, affiliations }) => {
      if (isObject(who)) eachIn(who['identifiers'], (entry) => fill(entry, identifyPerson));
      eachIn(affiliations, bareRor);
    });
  }
  eachIn(result['funding'], ({ funder }) => isObject(funder) && bareRor(funder));
  return result;
}

function fill(
  entry: Content,
  read: (text: string, scheme?: string) => { identifier: string; scheme: string } | null | undefined,
): void {
  const { identifier, scheme } = entry;
  if (typeof identifier !== 'string' || (scheme !== undefined && typeof scheme !== 'string')) return;
  Object.assign(entry, read(identifier, scheme) ?? {});
}

/** Zenodo's ids of institutions are ROR ids without an address, in lower case. */
function bareRor(entry: Content): void {
  const ror = typeof entry['id'] === 'string' ? readRor(entry['id']) : null;
  if (ror !== null) entry['id'] = ror;
}

function eachIn(list: unknown, change: (entry: Content) => void): void {
  if (Array.isArray(list)) for (const entry of list) if (isObject(entry)) change(entry);
}

function present(fields: Content): Content {
  return Object.fromEntries(
    Object.entries(fields).filter(([, item]) => item !== null && !(Array.isArray(item) && item.length === 0)),
  );
}

function remove(object: unknown, [key = '', ...rest]: string[]): void {
  if (!isObject(object) && !Array.isArray(object)) return;
  const holder = object as Content;
  // Names of custom fields may have dots in them.
  const whole = [key, ...rest].join('.');
  if (rest.length === 0 || Object.hasOwn(holder, whole)) delete holder[rest.length === 0 ? key : whole];
  else remove(holder[key], rest);
}

function mapAccess({ value, path }: Given, mapping: Mapping): void {
  const access = isObject(value) ? toAccess(value) : value;
  if (!Value.Check(AccessSchema, access)) {
    const closed = isObject(value) && value['record'] === 'restricted';
    fault(
      mapping,
      closed ? `${path}.record` : path,
      closed
        ? 'Zenodo cannot restrict whole records, only their files'
        : 'must be {files: "public" or "restricted"}, with an embargo {active, until} if the files are restricted',
    );
    return;
  }
  const until = textOf(access.embargo?.until);
  const isEmbargo = access.embargo?.active ?? until !== null;
  if (isEmbargo && access.files === 'public')
    fault(mapping, `${path}.files`, 'must be restricted during an embargo');
  const right = isEmbargo ? 'embargoed' : access.files === 'public' ? 'open' : 'restricted';
  set(mapping, 'access.right', { value: right, path: `${path}.files` });
  if (isEmbargo) set(mapping, 'access.until', { value: until, path: `${path}.embargo.until` });
  const reason = textOf(access.embargo?.reason);
  if (isEmbargo && reason !== null)
    set(mapping, 'access.reason', { value: reason, path: `${path}.embargo.reason` });
  for (const [key, said] of Object.entries(isEmbargo ? {} : { until, reason })) {
    if (said !== null)
      warn(mapping, `${path}.embargo.${key}`, 'was not sent, because the embargo is not active.');
  }
}

/** Words that a sender may have written beside the id of an entry, and Zenodo would throw away. */
const BESIDE_IDS: Readonly<Record<string, readonly string[]>> = {
  rights: ['title', 'description', 'link'],
  subjects: ['subject'],
};

/**
 * Rights and subjects with an id and words of their own: the id counts. Words that Zenodo answers
 * beside its ids are its own, and need not be named.
 */
function sayBesideIds(given: Content, wanted: Content, path: string, mapping: Mapping): void {
  for (const [field, keys] of Object.entries(BESIDE_IDS)) {
    const [before, after] = [given[field], wanted[field]].map((list) => (Array.isArray(list) ? list : []));
    before?.forEach((entry: unknown, index) => {
      const kept: unknown = after?.[index];
      if (!isObject(entry) || !isObject(kept) || 'props' in entry || 'scheme' in entry) return;
      for (const key of keys.filter((one) => one in entry && !(one in kept)))
        warn(mapping, `${path}.${field}.${index}.${key}`, notSent(`${path}.${field}.${index}.id`));
    });
  }
}

/** Access without what Zenodo computes. */
function toAccess({ status: _status, ...access }: Content): Content {
  return access;
}

function mapPids(pids: Content, path: string, mapping: Mapping): void {
  const { doi, oai: _oai, ...others } = pids;
  for (const key of Object.keys(others))
    warn(mapping, `${path}.${key}`, 'is unknown, so it was not sent to Zenodo.');
  if (doi === null) set(mapping, 'pids.doi', { value: null, path: `${path}.doi` });
  if (doi === null || doi === undefined) return;
  if (!isObject(doi))
    return void fault(mapping, `${path}.doi`, 'must be {"identifier": "10.1234/…", "provider": "external"}');
  const isOwn = typeof doi['identifier'] === 'string' && isZenodosDoi(doi['identifier']);
  // As an answer has it: Zenodo keeps the DOI that it has reserved.
  if (isOwn && doi['provider'] !== 'external') return;
  if (isOwn) return void fault(mapping, `${path}.doi.identifier`, OWN_DOI);
  if (doi['provider'] !== 'external') {
    return void fault(mapping, `${path}.doi.provider`, 'must be external: Zenodo assigns all other DOIs');
  }
  const found = typeof doi['identifier'] === 'string' ? identifyAs('doi', doi['identifier']) : null;
  if (!found) fault(mapping, `${path}.doi.identifier`, 'is not a DOI: expected 10.1234/…');
  else {
    const setting: Setting = {
      value: { identifier: found.identifier, provider: 'external' },
      path: `${path}.doi`,
    };
    set(mapping, 'pids.doi', setting);
  }
}
