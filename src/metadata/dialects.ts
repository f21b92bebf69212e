import { citationFieldOf, containerFieldOf, schemaOrgFieldOf, type Vocabulary } from './container.js';
import { isObject } from './values.js';

/**
 * A manifest of another kind than a manifest.rdmc, as an object whose keys `fieldOf` understands,
 * and where that object stands.
 */
export interface Dialect {
  raw: Record<string, unknown>;
  path: string;
  fieldOf: Vocabulary;
  /** The resource type of those that do not say it. */
  type?: string;
}

/** How deep and how often names in an RO-Crate are followed to what they stand for. */
const MAX_DEPTH = 3;
const MAX_FOLLOWED = 10_000;

/**
 * Tells CITATION.cff, codemeta.json and ro-crate-metadata.json by what is in them; anything else is
 * a manifest.rdmc.
 */
export function dialectOf(raw: Record<string, unknown>, path: string): Dialect {
  if (Array.isArray(raw['@graph']))
    return crate(raw['@graph'], path) ?? { raw, path, fieldOf: containerFieldOf };
  if ('cff-version' in raw) return { raw, path, fieldOf: citationFieldOf, type: 'software' };
  const context = JSON.stringify(raw['@context'] ?? '');
  if (/codemeta/i.test(context)) return { raw, path, fieldOf: schemaOrgFieldOf, type: 'software' };
  if (/schema\.org/i.test(context)) return { raw, path, fieldOf: schemaOrgFieldOf };
  return { raw, path, fieldOf: containerFieldOf };
}

/**
 * The root data set of a crate, with what it names in place of the names (RO-Crate 1.1, root data
 * entity).
 */
function crate(graph: unknown[], path: string): Dialect | null {
  const entities = new Map<string, Record<string, unknown>>();
  for (const entity of graph) {
    if (isObject(entity) && typeof entity['@id'] === 'string') entities.set(entity['@id'], entity);
  }
  const descriptor = [...entities].find(([id]) => /(?:^|\/)ro-crate-metadata\.json(?:ld)?$/.test(id))?.[1];
  const about = descriptor?.['about'];
  const id = isObject(about) ? String(about['@id']) : './';
  const root = entities.get(id);
  if (root === undefined) return null;
  let followed = 0;
  const follow = (value: unknown, depth: number): unknown => {
    if (Array.isArray(value)) return value.map((item) => follow(item, depth));
    if (!isObject(value) || depth > MAX_DEPTH || followed > MAX_FOLLOWED) return value;
    const keys = Object.keys(value);
    const target = keys.length === 1 && keys[0] === '@id' ? entities.get(String(value['@id'])) : undefined;
    if (target === undefined || target === root) return value;
    followed += 1;
    return Object.fromEntries(Object.entries(target).map(([key, item]) => [key, follow(item, depth + 1)]));
  };
  const { hasPart: _parts, '@id': name, ...fields } = root;
  const raw = Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, follow(value, 0)]));
  const isAddress = typeof name === 'string' && /^https?:/.test(name);
  return {
    raw: isAddress ? { ...raw, '@id': name } : raw,
    path: `${path}.@graph.${graph.indexOf(root)}`,
    fieldOf: schemaOrgFieldOf,
  };
}
