import { isPublicLevel } from './artifacts.js';
import { type ContainerDocument, namesOfRestricted } from './document.js';
import { parseManifest } from './manifest.js';
import { readManifestDocument } from './request.js';
import { isBlank, listOf, textOf } from './values.js';

/** What of a manifest is not public. One that cannot be read is searched for the words, to be on the safe side. */
export function restrictedIn(manifest: string): string[] {
  try {
    const document = readManifestDocument({ raw: parseManifest(manifest), path: 'manifest' });
    return [...namesOfRestricted(document), ...levelOfAll(document)];
  } catch {
    // Text in UTF-16 that was taken for UTF-8 has a NUL between its letters.
    const text = manifest.replaceAll('\u0000', '').replaceAll('\ufffd', '');
    const words = [...text.matchAll(/access[ _-]?level["']?[ \t]*[:=][ \t]*["']?([^\s"',}#]+)/gi)];
    const word = words
      .map(([, level]) => level ?? '')
      .find((level) => !isBlank(level) && !isPublicLevel(level));
    return word === undefined ? [] : [`an artifact of a manifest that cannot be read (${word})`];
  }
}

/** Why a manifest cannot be read, as a warning; nothing if it can. */
export function whyUnreadable(manifest: string): string[] {
  try {
    parseManifest(manifest);
    return [];
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'It is damaged.';
    return [`manifest.rdmc: ${reason} Check the access rights of the draft before you publish.`];
  }
}

/** What a document says about the access to all of it, if that is not public. */
function levelOfAll({ fields }: ContainerDocument): string[] {
  return (fields.get('access') ?? [])
    .flatMap(({ value }) => listOf(value))
    .map((level) => textOf(level) ?? 'not a text')
    .filter((level) => !isPublicLevel(level))
    .map((level) => `the container (${level})`);
}
