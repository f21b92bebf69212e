import { Fields } from './fields.js';
import { entriesOf, type Given } from './mapping.js';
import { isObject, keyOf, listOf, pairsIn, textOf } from './values.js';

/** What a manifest says about one artifact, as far as it matters to Zenodo. */
export interface Artifact {
  name: string;
  /** Its path in the document. */
  path: string;
  /**
   * Its access level as written: `Public`, `Restricted`, `Private`. Of several, the first that is
   * not public.
   */
  accessLevel: string | null;
  /** `{title, link, resource type}` entries, each with its path. */
  links: Given[];
  /** The resource types of its files, folders and links. */
  resourceTypes: string[];
}

/** Reads `Artifacts Details` in any spelling: a list, or an object by name. */
export function readArtifacts(value: unknown, path: string): Artifact[] {
  const entries: [string, unknown][] = Array.isArray(value)
    ? value.map((item, index) => [String(index), item])
    : isObject(value)
      ? Object.entries(value)
      : [];
  return entries.flatMap(([key, item]) => {
    if (!isObject(item)) return [];
    const at = `${path}.${key}`;
    const fields = new Fields({ value: item, path: at });
    const links = fields.take('links');
    const parts = fields.all('files', 'folders', 'links').flatMap(({ value }) => listOf(value));
    return [
      {
        name: fields.text('artifactname', 'name', 'title') ?? key,
        path: at,
        accessLevel: accessLevel(item),
        links: links === null ? [] : entriesOf(links),
        resourceTypes: [item, ...parts].filter(isObject).flatMap((part) => {
          return new Fields({ value: part, path: at }).text('resourcetype') ?? [];
        }),
      },
    ];
  });
}

/**
 * The access level of an artifact and everything in it. Any part that is not public decides,
 * because Zenodo opens the files of a record together.
 */
function accessLevel(artifact: Record<string, unknown>): string | null {
  const levels: string[] = [];
  const seen = new Set<unknown>();
  const open: unknown[] = [artifact];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    // With aliases a small manifest can contain one object a million times, or inside itself.
    if (typeof part !== 'object' || part === null || seen.has(part)) continue;
    seen.add(part);
    for (const [key, value] of Object.entries(part)) {
      const isLevel = keyOf(key) === 'accesslevel' || (part === artifact && keyOf(key) === 'access');
      if (isLevel) levels.push(...listOf(value).map((level) => textOf(level) ?? 'not a string'));
      else open.push(value);
    }
  }
  return levels.find((level) => !isPublicLevel(level)) ?? levels[0] ?? null;
}

/**
 * Words for access, Zenodo's own among them, and the last parts of COAR's addresses, with the
 * rights that they stand for.
 */
const LEVELS = pairsIn(`
  public=open open=open cabf2=open embargoed=embargoed cf1cf=embargoed restricted=restricted private=restricted
  closed=restricted confidential=restricted internal=restricted metadataonly=restricted c16ec=restricted
  c14cb=restricted
`);

/** The right that a level stands for: `Open Access`, an address. Null if it is unknown. */
export function rightOfLevel(level: string): string | null {
  const word = /^(?:https?|info):\S+$/i.test(level) ? level.slice(level.lastIndexOf('/')) : level;
  return LEVELS.get(keyOf(word).replace(/(?<=.)access$/, '')) ?? null;
}

/** Whether a level means public. */
export function isPublicLevel(level: string): boolean {
  return rightOfLevel(level) === 'open';
}

/** The artifacts that must not become public: those whose level is not public, or not known. */
export function restrictedAmong(artifacts: Artifact[]): Artifact[] {
  return artifacts.filter(({ accessLevel }) => accessLevel !== null && !isPublicLevel(accessLevel));
}
