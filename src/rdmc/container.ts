import { type ContainerField, fieldOf, rankOf, ZENODO_FIELDS } from './field-names.js';
import type { Given } from './mapping.js';
import { isBlank } from './scalars.js';

/** A container's description, whoever wrote it, under our names. */
export interface Container {
  fields: Map<ContainerField, Given>;
  /** Fields that only Zenodo has, written beside the container's own. */
  zenodo: Record<string, Given>;
  /** Paths of keys that nobody knows. */
  unknown: string[];
}

/** Names that a container and Zenodo share, or that a container would not use in another sense. */
const CONTAINER_FIRST = new Set(['title', 'description', 'contributors', 'creators', 'keywords', 'license']);

/**
 * Sorts the keys of an object. `path` is where it stands in what was sent, `nulls` whether null and the empty list remove a field (in a payload) or say
 * nothing (in a manifest). Blank texts say nothing anywhere: forms send them for whatever nobody filled in. If two spellings of one field are used, the more usual one counts and the other is reported as unknown.
 */
export function readContainer(
  raw: Record<string, unknown>,
  path: string,
  nulls: 'remove' | 'ignore',
): Container {
  const container: Container = { fields: new Map(), zenodo: {}, unknown: [] };
  const chosen = new Map<ContainerField, { key: string; filled: boolean }>();
  for (const [key, value] of Object.entries(raw)) {
    const at = path === '' ? key : `${path}.${key}`;
    const isNull = value === null || (Array.isArray(value) && value.length === 0);
    if (isNull ? nulls === 'ignore' : saysNothing(value)) continue;
    const filled = !isNull;
    const field = fieldOf(key);
    if (nulls === 'remove' && ZENODO_FIELDS.has(key) && !CONTAINER_FIRST.has(key) && !isShared(key)) {
      container.zenodo[key] = { value, path: at };
    } else if (field === null) container.unknown.push(at);
    else if (field !== 'kept') {
      const before = chosen.get(field);
      const better =
        !before ||
        (filled && !before.filled) ||
        (filled === before.filled && rankOf(field, key) < rankOf(field, before.key));
      if (before?.filled && filled) container.unknown.push(better ? joinPath(path, before.key) : at);
      if (better) {
        chosen.set(field, { key, filled });
        container.fields.set(field, { value: filled ? value : null, path: at });
      }
    }
  }
  return container;
}

/** A container's `version`, `language` and dates mean what Zenodo's do, but are read more tolerantly. */
function isShared(key: string): boolean {
  return ['version', 'language', 'publication_date', 'dates'].includes(key);
}

function saysNothing(value: unknown): boolean {
  return Array.isArray(value) ? value.every(isBlank) : isBlank(value);
}

function joinPath(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
