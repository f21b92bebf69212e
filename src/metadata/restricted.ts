import { Problem } from '../errors.js';
import { isPublicLevel, levelIn } from './artifacts.js';
import { type ContainerDocument, namesOfRestricted } from './document.js';
import { readManifestDocument } from './manifest-document.js';
import { parseManifest } from './parse-manifest.js';
import { listOf, textOf } from './values.js';

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
    return { restricted: [...namesOfRestricted(document), ...levelOfAll(document)], unreadable: null };
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

/** The access level of the whole document, if it is not public. */
function levelOfAll({ fields }: ContainerDocument): string[] {
  return (fields.get('access') ?? [])
    .flatMap(({ value }) => listOf(value))
    .map((level) => textOf(level) ?? 'not a string')
    .filter((level) => !isPublicLevel(level))
    .map((level) => `the container (${level})`);
}
