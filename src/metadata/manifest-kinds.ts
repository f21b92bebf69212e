import { citationFieldOf, containerFieldOf, schemaOrgFieldOf, type Vocabulary } from './container.js';
import { isObject, textOf, withoutPrefix } from './values.js';

/**
 * A manifest of another kind, as an object whose keys `fieldOf` maps, and the path of that object.
 */
interface ManifestKind {
  raw: Record<string, unknown>;
  path: string;
  fieldOf: Vocabulary;
  /** The resource type if the document names none. */
  type?: string;
}

/** Limits on following references in an RO-Crate. */
const MAX_DEPTH = 3;
const MAX_FOLLOWED = 10_000;

/**
 * Recognises CITATION.cff, codemeta.json and ro-crate-metadata.json by their content. Anything else
 * is a manifest.rdmc.
 */
export function manifestKindOf(raw: Record<string, unknown>, path: string): ManifestKind {
  if ('cff-version' in raw)
    return { raw: withEntities(raw), path, fieldOf: citationFieldOf, type: 'software' };
  const context = JSON.stringify(raw['@context'] ?? '');
  const kind = /codemeta/i.test(context) ? { type: 'software' } : {};
  const plain = unwrapped(raw);
  if (isObject(plain) && Array.isArray(plain['@graph'])) {
    const found = crate(plain['@graph'], path);
    if (found !== null) return { ...found, ...kind };
  }
  return isObject(plain) && /codemeta|schema\.org/i.test(context)
    ? { raw: plain, path, fieldOf: vocabularyOf(plain), ...kind }
    : { raw, path, fieldOf: containerFieldOf };
}

/**
 * schema.org's, in which `title` is the title of a work without `name`, as in CodeMeta 1
 * (`codemeta/codemeta:crosswalk.csv`).
 */
function vocabularyOf(raw: Record<string, unknown>): Vocabulary {
  const isNamed = Object.keys(raw).some((key) => schemaOrgFieldOf(key) === 'title');
  if (isNamed) return schemaOrgFieldOf;
  return (key) => (/^title$/i.test(withoutPrefix(key)) ? 'title' : schemaOrgFieldOf(key));
}

/**
 * In a CITATION.cff, an entry with `name` and without parts of a person's name is an entity
 * (`citation-file-format/citation-file-format:schema-guide.md`, definitions.entity).
 */
function withEntities(raw: Record<string, unknown>): Record<string, unknown> {
  const isEntity = (who: unknown) =>
    isObject(who) &&
    'name' in who &&
    !['given-names', 'family-names', 'affiliation'].some((key) => key in who);
  const typed = (who: unknown) => (isEntity(who) ? { '@type': 'Organization', ...Object(who) } : who);
  return Object.fromEntries(
    Object.entries(raw).map(([key, value]) => [
      key,
      ['authors', 'contact'].includes(key) && Array.isArray(value) ? value.map(typed) : value,
    ]),
  );
}

/**
 * JSON-LD without its syntax: lists and values as plain values (JSON-LD 1.1, section 9). An object
 * without members says nothing; codemetar writes `{}` for what a package does not name.
 */
function unwrapped(value: unknown, seen = new Map<unknown, unknown>()): unknown {
  if (Array.isArray(value))
    return value.flatMap((item: unknown) =>
      isObject(item) ? unwrapped(item, seen) : [unwrapped(item, seen)],
    );
  if (!isObject(value)) return value;
  if (Object.keys(value).length === 0) return null;
  const inside = value['@value'] ?? value['@list'] ?? value['@set'];
  if (inside !== undefined) return unwrapped(inside, seen);
  const known = seen.get(value);
  if (known !== undefined) return known;
  const plain: Record<string, unknown> = {};
  seen.set(value, plain);
  for (const [key, item] of Object.entries(value)) {
    if (key !== '__proto__') plain[key] = unwrapped(item, seen);
  }
  return plain;
}

/** The only work in a graph without a descriptor; null if there is not exactly one. */
function onlyWork(entities: Record<string, unknown>[]): Record<string, unknown> | undefined {
  const works = entities.filter((entity) =>
    [entity['@type'], entity['type']]
      .flat()
      .some((type) =>
        /^(?:Dataset|SoftwareSourceCode|SoftwareApplication)$/.test(withoutPrefix(textOf(type) ?? '')),
      ),
  );
  return works.length === 1 ? works[0] : undefined;
}

/** The root data set of a crate, with its references resolved (RO-Crate 1.1, root data entity). */
function crate(graph: unknown[], path: string): ManifestKind | null {
  const entities = new Map<string, Record<string, unknown>>();
  for (const entity of graph) {
    if (isObject(entity) && typeof entity['@id'] === 'string') entities.set(entity['@id'], entity);
  }
  const descriptor = [...entities].find(([id]) => /(?:^|[-/])ro-crate-metadata\.json(?:ld)?$/.test(id))?.[1];
  const about = descriptor?.['about'];
  const id = isObject(about) ? (textOf(about['@id']) ?? '') : './';
  const root = entities.get(id) ?? onlyWork([...entities.values()]);
  if (root === undefined) return null;
  let followed = 0;
  const follow = (value: unknown, depth: number): unknown => {
    if (Array.isArray(value)) return value.map((item) => follow(item, depth));
    if (!isObject(value) || depth > MAX_DEPTH || followed > MAX_FOLLOWED) return value;
    const keys = Object.keys(value);
    const target =
      keys.length === 1 && keys[0] === '@id' ? entities.get(textOf(value['@id']) ?? '') : undefined;
    if (target === undefined || target === root) return value;
    followed += 1;
    return Object.fromEntries(Object.entries(target).map(([key, item]) => [key, follow(item, depth + 1)]));
  };
  const { hasPart: _parts, '@id': name, ...fields } = root;
  const raw = Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, follow(value, 0)]));
  const isAddress = typeof name === 'string' && /^https?:/.test(name);
  // The other entities may say that their files are not public.
  const others = { '@graph': graph.filter((entity) => entity !== root) };
  return {
    raw: isAddress ? { ...raw, '@id': name, ...others } : { ...raw, ...others },
    path: `${path}.@graph.${graph.indexOf(root)}`,
    fieldOf: vocabularyOf(raw),
  };
}
