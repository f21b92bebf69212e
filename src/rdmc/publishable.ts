import { readDate } from './dates.js';
import { plainWords } from './html.js';
import { assumption } from './licenses.js';
import { normaliseOrcid } from './orcid.js';
import { isContributorType } from './roles.js';
import { isBlank, isObject } from './scalars.js';

/** Something that would stop a publication (`problem`) or surprise its author (`warning`). */
export interface Finding {
  kind: 'problem' | 'warning';
  /** Zenodo's path below `metadata`, or `files`. */
  field: string;
  message: string;
}

/** In lower case (`zenodo/zenodo-rdm:app_data/vocabularies/relation_types.yaml`), with a misspelling that Zenodo repairs. */
const RELATIONS = new Set(
  (
    'iscitedby cites issupplementto issupplementedby iscontinuedby continues isdescribedby describes hasmetadata ismetadatafor hasversion isversionof ' +
    'isnewversionof ispreviousversionof ispartof haspart ispublishedin isreferencedby references isdocumentedby documents iscompiledby compiles isvariantformof ' +
    'isoriginalformof isorignialformof isidenticalto isreviewedby reviews isderivedfrom issourceof isrequiredby requires isobsoletedby obsoletes ' +
    'isalternateidentifier istranslationof hastranslation iscollectedby collects other'
  ).split(' '),
);

/** The licence that Zenodo puts where none is given, for files that are or will be open (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/deserializers/metadata.py`). */
function assumedLicense({ license, access_right: access, upload_type: type }: Record<string, unknown>) {
  if (!isBlank(license) || !['open', 'embargoed'].includes(String(access ?? 'open'))) return null;
  return type === 'dataset' ? 'cc-zero' : 'cc-by-4.0';
}

/** What is wrong with metadata before it is published (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/schemas/metadata.py`). `today` as YYYY-MM-DD; `licenseAssumed`: what Zenodo put there by itself. */
export function examineMetadata(
  metadata: Record<string, unknown>,
  today: string,
  licenseAssumed: string | null,
): Finding[] {
  const findings: Finding[] = [];
  const stop = (field: string, message: string) => findings.push({ kind: 'problem', field, message });
  const warn = (field: string, message: string) => findings.push({ kind: 'warning', field, message });
  const title = typeof metadata['title'] === 'string' ? metadata['title'].trim() : '';
  if (title === '') stop('title', 'is missing');
  else if ([...title].length < 3) stop('title', 'must have at least 3 characters');
  if (isBlank(metadata['upload_type'])) stop('upload_type', 'is missing');
  const creators = Array.isArray(metadata['creators']) ? metadata['creators'] : [];
  if (creators.length === 0) stop('creators', 'at least one is needed');
  for (const list of ['creators', 'contributors']) {
    const people = Array.isArray(metadata[list]) ? metadata[list] : [];
    for (const [index, person] of people.entries()) {
      const at = `${list}.${index}`;
      if (!isObject(person) || isBlank(person['name'])) stop(at, 'needs a name');
      else if (!isBlank(person['orcid']) && normaliseOrcid(String(person['orcid'])) === null) {
        stop(`${at}.orcid`, 'is not a valid ORCID iD');
      }
    }
  }
  for (const [index, person] of objectsIn(metadata['contributors'])) {
    const { type } = person;
    if (!isBlank(type) && !isContributorType(String(type))) {
      stop(`contributors.${index}.type`, 'is none of Zenodo’s types of contributors');
    }
  }
  for (const [index, related] of objectsIn(metadata['related_identifiers'])) {
    if (!RELATIONS.has(String(related['relation']).toLowerCase())) {
      stop(`related_identifiers.${index}.relation`, 'is none of Zenodo’s relations');
    }
  }
  const date = metadata['publication_date'];
  if (!isBlank(date) && readDate(String(date)) !== date) stop('publication_date', 'is no date');
  if (metadata['access_right'] === 'embargoed') {
    const until = String(metadata['embargo_date'] ?? '');
    if (readDate(until) !== until || until <= today) stop('embargo_date', 'must be a day to come');
  }
  if (plainWords(String(metadata['description'] ?? '')) === '')
    warn('description', 'is missing; Zenodo asks for it on its own form');
  const assumed =
    assumedLicense(metadata) ?? (metadata['license'] === licenseAssumed ? licenseAssumed : null);
  if (assumed !== null) warn('license', `none was given, ${assumption(assumed)}`);
  if (Array.isArray(metadata['communities']) && metadata['communities'].length > 0) {
    warn(
      'communities',
      'the communities are asked after the publication, and may refuse the record or let it wait (zenodo/zenodo#2546)',
    );
  }
  return findings;
}

function objectsIn(list: unknown): [number, Record<string, unknown>][] {
  return Array.isArray(list)
    ? list.flatMap((item, index): [number, Record<string, unknown>][] =>
        isObject(item) ? [[index, item]] : [],
      )
    : [];
}

/** A file that is on the draft or is to come. */
export interface FoundFile {
  name: string;
  /** Bytes; undefined if not known. */
  size?: number | undefined;
}

/** What Zenodo takes (zenodo/zenodo-rdm:invenio.cfg), unless it has raised somebody's quota. Bytes. */
export interface FileLimits {
  fileBytes: number;
  depositionBytes: number;
  depositionFiles: number;
}

/** What is wrong with the files of a record: too many, too large, empty, none. */
export function examineFiles(files: FoundFile[], limits: FileLimits): Finding[] {
  const findings: Finding[] = [];
  const stop = (field: string, message: string) => findings.push({ kind: 'problem', field, message });
  const { fileBytes, depositionBytes, depositionFiles } = limits;
  if (files.length === 0) stop('files', 'at least one is needed');
  if (files.length > depositionFiles)
    stop('files', `Zenodo takes ${depositionFiles} files, these are ${files.length}: zip some of them`);
  const total = files.reduce((sum, { size = 0 }) => sum + size, 0);
  if (total > depositionBytes)
    stop('files', `Zenodo takes ${gigabytes(depositionBytes)}, these are ${gigabytes(total)}`);
  for (const { name, size = 1 } of files) {
    if (size === 0) stop(`files.${name}`, 'is empty: Zenodo refuses it');
    if (size > fileBytes) stop(`files.${name}`, `has more than ${gigabytes(fileBytes)}`);
  }
  return findings;
}

function gigabytes(bytes: number): string {
  return `${Number((bytes / 1e9).toPrecision(3))} GB`;
}
