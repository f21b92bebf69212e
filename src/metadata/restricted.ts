import { Problem } from '../errors.js';
import { embargoDay, isPublicLevel, levelIn, rightOfLevel } from './artifacts.js';
import type { ContainerField } from './container.js';
import { type ContainerDocument, namesOfRestricted } from './document.js';
import { readManifestDocument } from './manifest-document.js';
import { embargoLevel } from './map-dates.js';
import { parseManifest } from './parse-manifest.js';
import { MOST_PARTS, restrictsAccess } from './rights.js';
import { isObject, listOf, partsOf, textOf } from './values.js';

/** What a manifest says about access. */
export interface ManifestFindings {
  /** What is not public, as sentences. */
  restricted: string[];
  /** Why it cannot be read; null if it can. */
  unreadable: string | null;
}

/** What a manifest calls not public. One that cannot be read is searched for levels. */
export function inspectManifest(manifest: string): ManifestFindings {
  try {
    const document = readManifestDocument({ raw: parseManifest(manifest), path: 'manifest' });
    return { restricted: [...namesOfRestricted(document), ...levelsOfAll(document)], unreadable: null };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { restricted: searchForLevels(manifest), unreadable: error.detail };
  }
}

/** Searches a manifest that cannot be read for levels, to be on the safe side. */
export function searchForLevels(manifest: string): string[] {
  // UTF-16 read as UTF-8 has a NUL between letters.
  const text = manifest.replaceAll('\u0000', '').replaceAll('\ufffd', '');
  const level = levelIn(text);
  return level === null ? [] : [`an artifact of an unreadable manifest (${level})`];
}

/** The access levels of the whole document that are not public. */
function levelsOfAll({ fields }: ContainerDocument): string[] {
  const valuesOf = (field: ContainerField) => (fields.get(field) ?? []).flatMap(({ value }) => listOf(value));
  const levels = valuesOf('access').map((level) => textOf(level) ?? 'not a string');
  const embargoes = valuesOf('embargo_date').flatMap((value) => embargoLevel(value) ?? []);
  const rights = valuesOf('license')
    .flatMap((value) => (isObject(value) ? Object.values(value) : [value]))
    .flatMap((words) => {
      const parts = partsOf(textOf(words) ?? '', /[,;\n]/);
      return parts.length > MOST_PARTS ? [] : parts;
    });
  const restricting = [
    ...levels.filter((level) => !isPublicLevel(level)),
    ...embargoes,
    ...rights.filter(restrictsAccess),
  ];
  return [...new Set(restricting)].map((level) => `${OF_CONTAINER}${level})`);
}

/**
 * Whether the reason for restricting a draft is an embargo, which also restricts its files, and the
 * day that it names.
 */
function embargoIn(reason: string): { until: string | null } | null {
  const level = /\(([^()]*)\)$/.exec(reason)?.[1] ?? '';
  return rightOfLevel(level) === 'embargoed' ? { until: embargoDay(level) } : null;
}

/**
 * How strict a reason is, as a text to compare: above all what no day opens, then what gives other
 * embargoes a day, then the later days.
 */
export function strictness(reason: string): string {
  const embargo = embargoIn(reason);
  if (embargo === null) return 'c';
  return reason.startsWith(OF_CONTAINER) ? 'b' : (embargo.until ?? 'a');
}

/** The latest day; null without one. */
const latest = (days: (string | null)[]): string | null =>
  days.reduce((a, b) => ((a ?? '') > (b ?? '') ? a : b), null);

/** How the sentences begin that are about the container itself. */
const OF_CONTAINER = 'the container (';

/** The day that an embargo of the container itself names, among the reasons. */
function ownDay(reasons: string[]): string | null {
  return latest(
    reasons.map((reason) => (reason.startsWith(OF_CONTAINER) ? embargoIn(reason)?.until : null) ?? null),
  );
}

/** The reasons without embargoes that are over. One without a day has the container's. */
export function standing(reasons: string[], today: string): string[] {
  const own = ownDay(reasons);
  return reasons.filter((reason) => {
    const embargo = embargoIn(reason);
    const until = embargo === null ? null : (embargo.until ?? own);
    return until === null || until > today;
  });
}

/**
 * The day until which reasons restrict the files; an empty day if none names one. Null if they
 * restrict them without end: not all are an embargo, or one has no day but another artifact does.
 * `own`: the container's day.
 */
export function embargoOf(reasons: string[], own = ownDay(reasons)): string | null {
  const embargoes = reasons.map(embargoIn);
  const days = embargoes.flatMap((one) => one?.until ?? []);
  const isUnknown = own === null && days.length > 0 && days.length < reasons.length;
  return isUnknown || embargoes.includes(null) ? null : (latest(days) ?? '');
}
