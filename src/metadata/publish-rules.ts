import { isDay } from './dates.js';
import { plainWords } from './descriptions.js';
import { readDoi } from './identifiers.js';
import type { DraftContent } from './merge.js';
import { isZenodosDoi, OWN_DOI } from './own-doi.js';
import { recordFaults } from './record-faults.js';
import { isBlank, isObject, textOf } from './values.js';

/** Something that would prevent a publication (`problem`) or surprise its author (`warning`). */
export interface PublicationFinding {
  kind: 'problem' | 'warning';
  /** A path in the draft, or `files`. */
  field: string;
  message: string;
}

/** What it means if a record names no rights: all rights are reserved. */
export const NO_RIGHTS =
  'is missing, so the record gives no right to use its files beyond what the law allows. Send the licence, or your own text such as “All rights reserved”';

/** Whether a draft names no rights although its files are or will be public. */
export function lacksRights({ metadata, access }: Pick<DraftContent, 'metadata' | 'access'>): boolean {
  const { rights } = metadata;
  const isEmpty = !Array.isArray(rights) || rights.length === 0;
  return isEmpty && rightOf(access) !== 'restricted' && Object.keys(metadata).length > 0;
}

/**
 * Who may see the files, in the deposit API's terms. Zenodo restricts no files because of an
 * embargo alone.
 */
export function rightOf(access: Record<string, unknown> = {}): 'open' | 'embargoed' | 'restricted' {
  const { files, embargo } = access;
  if (files !== 'restricted') return 'open';
  return isObject(embargo) && embargo['active'] === true ? 'embargoed' : 'restricted';
}

/**
 * What is wrong with a draft before publication
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/schemas/metadata.py`). `today`
 * is YYYY-MM-DD.
 */
export function examineDraft(content: DraftContent, today: string): PublicationFinding[] {
  const { metadata, custom_fields: custom, access } = content;
  const findings: PublicationFinding[] = [];
  const stop = (field: string, message: string) => findings.push({ kind: 'problem', field, message });
  const warn = (field: string, message: string) => findings.push({ kind: 'warning', field, message });
  if (isBlank(metadata['title'])) stop('metadata.title', 'is missing');
  if (metadata['resource_type'] === undefined) stop('metadata.resource_type', 'is missing');
  // A DOI cannot be registered without these two. A draft without metadata gets both together with
  // its title.
  const isDescribed = Object.keys(metadata).length > 0;
  for (const name of ['publication_date', 'publisher']) {
    if (isDescribed && isBlank(metadata[name])) stop(`metadata.${name}`, 'is missing');
  }
  const doi = doiFault(content.pids);
  if (doi !== null) stop('pids.doi', doi);
  const { creators } = metadata;
  if (!Array.isArray(creators) || creators.length === 0)
    stop('metadata.creators', 'must have at least one entry');
  for (const { field, message } of recordFaults(metadata, custom).faults) stop(field, message);
  const { active, until } = isObject(access['embargo']) ? access['embargo'] : {};
  const isFuture = typeof until === 'string' && until > today && isDay(until);
  if (active === true && !isFuture) stop('access.embargo.until', 'must be a day in the future: YYYY-MM-DD');
  if (active === false && isFuture)
    stop('access.embargo.until', 'is in the future, although the embargo is not active');
  if (plainWords(textOf(metadata['description']) ?? '') === '') {
    warn('metadata.description', 'is missing; Zenodo’s own form requires it');
  }
  if (lacksRights(content)) warn('metadata.rights', NO_RIGHTS);
  const communities = custom['legacy:communities'];
  if (Array.isArray(communities) && communities.length > 0) {
    warn(
      'metadata.communities',
      'the communities are asked after the publication. They may refuse the record or let it wait (zenodo/zenodo#2546)',
    );
  }
  return findings;
}

/**
 * Why Zenodo would refuse an external DOI
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/pids/providers/external.py`).
 */
function doiFault({ doi }: Record<string, unknown>): string | null {
  if (!isObject(doi) || doi['provider'] !== 'external') return null;
  const identifier = textOf(doi['identifier']);
  if (identifier === null) return 'is missing';
  if (readDoi(identifier) === null) return 'is not a DOI: expected 10.1234/…';
  return isZenodosDoi(identifier) ? OWN_DOI : null;
}

/** A file on the draft, or a planned one. */
export interface FoundFile {
  name: string;
  /** Bytes; undefined if unknown. */
  size?: number | undefined;
}

/** Zenodo's limits (zenodo/zenodo-rdm:invenio.cfg), unless it has raised a user's quota. Bytes. */
export interface FileLimits {
  fileBytes: number;
  depositionBytes: number;
  depositionFiles: number;
}

/** What is wrong with the files of a record: too many, too large, empty, or none. */
export function examineFiles(files: FoundFile[], limits: FileLimits): PublicationFinding[] {
  const findings: PublicationFinding[] = [];
  const stop = (field: string, message: string) => findings.push({ kind: 'problem', field, message });
  const { fileBytes, depositionBytes, depositionFiles } = limits;
  if (files.length === 0) stop('files', 'must have at least one entry');
  if (files.length > depositionFiles)
    stop('files', `Zenodo accepts ${depositionFiles} files, but there are ${files.length}: zip some of them`);
  const total = files.reduce((sum, { size = 0 }) => sum + size, 0);
  if (total > depositionBytes)
    stop('files', `Zenodo accepts ${gigabytes(depositionBytes)}, but the files have ${gigabytes(total)}`);
  for (const { name, size = 1 } of files) {
    if (size === 0) stop(`files.${name}`, 'is empty, and Zenodo refuses empty files');
    if (size > fileBytes) stop(`files.${name}`, `has more than ${gigabytes(fileBytes)}`);
  }
  return findings;
}

function gigabytes(bytes: number): string {
  return `${Number((bytes / 1e9).toPrecision(3))} GB`;
}
