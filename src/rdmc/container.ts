import { type ContainerField, fieldOf, rankOf, ZENODO_FIELDS } from './field-names.js';
import type { Given } from './mapping.js';
import { isBlank, keyOf } from './scalars.js';

/** A value of a field, and the name under which it was given: `authors` says more about people than `contributors`. */
export interface Spelled extends Given {
  /** As `keyOf` gives it. */
  key: string;
}

/** A container's description, whoever wrote it, under our names. */
export interface Container {
  /** Every spelling that says something, the most usual first; if none does, one null, which removes the field. */
  fields: Map<ContainerField, Spelled[]>;
  /** Fields that only Zenodo has, written beside the container's own. */
  zenodo: Record<string, Given>;
  /** Paths of keys that are not known. */
  unknown: string[];
  /** Values that a block further out overrides. */
  overridden: { path: string; by: string }[];
}

/** Names that a container and Zenodo share, or that a container would not use in another sense. */
const CONTAINER_FIRST = new Set(['title', 'description', 'contributors', 'creators', 'keywords', 'license']);

/**
 * Sorts the keys of an object. `path` is where it stands in what was sent, `kind` what it is: null and the empty list say
 * nothing in a manifest and remove a field elsewhere; in `metadata` Zenodo's own names are sorted out already. Blank texts say nothing anywhere: forms send them for fields that were left empty.
 */
export function readContainer(
  raw: Record<string, unknown>,
  path: string,
  kind: 'payload' | 'manifest' | 'metadata',
): Container {
  const container: Container = { fields: new Map(), zenodo: {}, unknown: [], overridden: [] };
  for (const [key, value] of Object.entries(raw)) {
    const at = path === '' ? key : `${path}.${key}`;
    const isNull = isEmpty(value);
    if (isNull ? kind === 'manifest' : saysNothing(value)) continue;
    const field = fieldOf(key);
    if (kind === 'payload' && ZENODO_FIELDS.has(key) && !CONTAINER_FIRST.has(key) && !isShared(key)) {
      container.zenodo[key] = { value, path: at };
    } else if (field === null) container.unknown.push(at);
    else if (field !== 'kept') {
      addSpelling(container, field, { value: isNull ? null : value, path: at, key: keyOf(key) });
    }
  }
  for (const [key, given] of Object.entries(container.zenodo)) {
    const field = fieldOf(key);
    if (field === null || field === 'kept' || !container.fields.has(field) || isEmpty(given.value)) continue;
    addSpelling(container, field, { ...given, key: keyOf(key) });
    delete container.zenodo[key];
  }
  return container;
}

/** A null beside a value says nothing. */
function addSpelling({ fields }: Container, field: ContainerField, spelled: Spelled): void {
  const all = [...(fields.get(field) ?? []), spelled];
  const filled = all.filter(({ value }) => value !== null);
  const ranked = filled.sort((one, other) => rankOf(field, one.key) - rankOf(field, other.key));
  fields.set(field, ranked.length > 0 ? ranked : [spelled]);
}

/** Fields of which several values hold at once: those of all spellings and blocks count together. */
const MANY: ReadonlySet<ContainerField> = new Set([
  'contributors',
  'owner',
  'keywords',
  'subject',
  'license',
  'dates',
  'pid',
  'previous_version',
  'links',
  'resource_type',
]);

/** Lays a block under the container that holds it. */
export function addBlock(container: Container, block: Container): void {
  for (const [field, spellings] of block.fields) {
    const outer = container.fields.get(field);
    const [first] = outer ?? [];
    if (outer === undefined || first === undefined) container.fields.set(field, spellings);
    else if (first.value === null) continue;
    else if (MANY.has(field)) {
      container.fields.set(field, [...outer, ...spellings.filter(({ value }) => value !== null)]);
    } else {
      const other = spellings.filter(({ value }) => value !== null && String(value) !== String(first.value));
      container.overridden.push(...other.map(({ path }) => ({ path, by: first.path })));
    }
  }
  container.zenodo = { ...block.zenodo, ...container.zenodo };
  container.unknown.push(...block.unknown);
  container.overridden.push(...block.overridden);
}

/** A container's `version`, `language` and dates mean what Zenodo's do, but are read more tolerantly. */
function isShared(key: string): boolean {
  return ['version', 'language', 'publication_date', 'dates'].includes(key);
}

/** What removes a field. */
function isEmpty(value: unknown): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}

function saysNothing(value: unknown): boolean {
  return Array.isArray(value) ? value.every(isBlank) : isBlank(value);
}
