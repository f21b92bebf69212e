import { isDeepStrictEqual } from 'node:util';
import type { FieldFault } from '../errors.js';
import { isBlank } from './scalars.js';

/** A value and where its sender wrote it, in the sender's own names. */
export interface Given {
  value: unknown;
  path: string;
}

/** The entries of a list that say something, each at its place in the list; a lone value as one entry at its own. */
export function entriesOf(value: unknown, path: string): Given[] {
  if (!Array.isArray(value)) return isBlank(value) ? [] : [{ value, path }];
  return value.flatMap((item: unknown, index) =>
    isBlank(item) ? [] : [{ value: item, path: `${path}.${index}` }],
  );
}

/** What a mapping gathers: values in Zenodo's legacy names, and what there is to say about them. */
export interface Mapping {
  /** Replaces the whole field at Zenodo; null removes it. */
  set: Record<string, unknown>;
  /** Entries that join what is at Zenodo already, unless the whole field is set. */
  add: Record<string, Given[]>;
  /** Guesses for fields that nobody has filled, neither the caller nor Zenodo. */
  defaults: Record<string, string>;
  /** Paragraphs (HTML) that join the notes, unless they are there. */
  notes: string[];
  /** Where a value came from: Zenodo's path (`creators.0`) → the sender's path (`contributors.2`). */
  origins: Map<string, string>;
  /** Sentences about what was guessed or left out. */
  warnings: string[];
  /** What cannot be right. */
  faults: FieldFault[];
}

export function emptyMapping(): Mapping {
  return { set: {}, add: {}, defaults: {}, notes: [], origins: new Map(), warnings: [], faults: [] };
}

/** People and rights: what another part of the call overrides is told. */
const NEVER_SILENTLY = ['creators', 'contributors', 'license'];

/** Lays `over` on `under`: its fields win whole, both are reported on. */
export function overlay(under: Mapping, over: Mapping): Mapping {
  const set = { ...under.set, ...over.set };
  const overridden = NEVER_SILENTLY.filter(
    (name) =>
      Object.hasOwn(over.set, name) &&
      !isBlank(under.set[name]) &&
      !isDeepStrictEqual(under.set[name], over.set[name]),
  ).map((name) => `${originOf(under, name)}: not sent, because ${originOf(over, name)} counts.`);
  const origins = new Map(
    [...under.origins].filter(([path]) => !Object.hasOwn(over.set, path.split('.')[0] ?? path)),
  );
  for (const [path, origin] of over.origins) origins.set(path, origin);
  const add: Record<string, Given[]> = {};
  for (const name of new Set([...Object.keys(under.add), ...Object.keys(over.add)])) {
    add[name] = [...(under.add[name] ?? []), ...(over.add[name] ?? [])];
  }
  return {
    set,
    add,
    defaults: { ...under.defaults, ...over.defaults },
    notes: [...new Set([...under.notes, ...over.notes])],
    origins,
    warnings: [...under.warnings, ...over.warnings, ...overridden],
    faults: [...under.faults, ...over.faults],
  };
}

/** Adds an entry to a list field. */
export function addTo(mapping: Mapping, field: string, value: unknown, path: string): void {
  const list = mapping.add[field] ?? [];
  mapping.add[field] = list;
  list.push({ value, path });
}

/** The sender's path for a path of Zenodo's: the longest known beginning, the rest as it is. */
export function originOf(mapping: Mapping, zenodoPath: string): string {
  const path = zenodoPath.replace(/^metadata\./, '');
  const parts = path.split('.');
  for (let length = parts.length; length > 0; length -= 1) {
    const origin = mapping.origins.get(parts.slice(0, length).join('.'));
    if (origin !== undefined) return [origin, ...parts.slice(length)].join('.');
  }
  return zenodoPath;
}
