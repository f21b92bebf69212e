import { Problem } from '../errors.js';
import { isPublicLevel, levelIn, rightOfLevel } from './artifacts.js';
import type { ContainerField } from './container.js';
import { type ContainerDocument, namesOfRestricted } from './document.js';
import { readManifestDocument } from './manifest-document.js';
import { embargoLevel } from './map-dates.js';
import { parseManifest } from './parse-manifest.js';
import { closes, MOST_PARTS } from './rights.js';
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
  const closing = [
    ...levels.filter((level) => !isPublicLevel(level)),
    ...embargoes,
    ...rights.filter(closes),
  ];
  return [...new Set(closing)].map((level) => `the container (${level})`);
}

/**
 * Whether the reason for restricting a draft is an embargo, which also restricts its files, and the
 * day that it names.
 */
export function embargoIn(reason: string): { until: string | null } | null {
  const level = /\(([^()]*)\)$/.exec(reason)?.[1] ?? '';
  if (rightOfLevel(level) !== 'embargoed') return null;
  return { until: /\d{4}-\d{2}-\d{2}$/.exec(level)?.[0] ?? null };
}
