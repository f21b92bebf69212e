import type { FieldFault } from '../errors.js';
import { isBlank } from './values.js';

/** A value and its path, in the sender's own names. */
export interface Given {
  value: unknown;
  path: string;
}

/** A value for the draft. `inner`: paths inside it, and the sender's paths where they differ. */
export interface Setting extends Given {
  inner?: Record<string, string>;
}

/**
 * The content of a metadata call in the names of the records API. Keys are paths in the draft:
 * `metadata.title`, `custom_fields.journal:journal.title`, `access.right`. After a `#` comes the
 * kind of list entries: `metadata.additional_descriptions#notes`. Plain data, because it passes
 * between threads.
 */
export interface Mapping {
  /** Replaces the whole field at Zenodo. Null removes it. */
  set: Record<string, Setting>;
  /** Entries that are added unless they are already at Zenodo. */
  add: Record<string, Setting[]>;
  /** Guesses for fields that neither the caller nor Zenodo has filled. */
  defaults: Record<string, Setting & { sentence: string | null }>;
  /** Sentences about guesses and omissions. Each begins with the sender's path. */
  warnings: string[];
  /** Values that are certainly wrong. */
  faults: FieldFault[];
}

/** A mapping that changes nothing. */
export function emptyMapping(): Mapping {
  return { set: {}, add: {}, defaults: {}, warnings: [], faults: [] };
}

/** Gathers a mapping while a call is read. */
export class Mapper {
  readonly mapping: Mapping;
  /** What was said before, so that nothing is said twice. */
  readonly #said: Set<string>;

  constructor(mapping = emptyMapping()) {
    this.mapping = mapping;
    const faults = mapping.faults.map(({ field, message }) => faultKey(field, message));
    this.#said = new Set([...mapping.warnings, ...faults]);
  }

  set(key: string, setting: Setting): void {
    this.mapping.set[key] = setting;
  }

  /** Sets a list of entries, each with its own origin. */
  setList(key: string, entries: Setting[], path: string): void {
    this.set(key, asList(entries, path));
  }

  /** Sets a list, after the entries that another name of the field has set. */
  append(key: string, entries: Setting[], path: string): void {
    const before = this.mapping.set[key];
    const all = [...(before === undefined ? [] : settingsOf(before)), ...entries];
    if (entries.length > 0) this.setList(key, all, before?.path ?? path);
  }

  /** Adds entries to a list field. */
  add(key: string, ...entries: Setting[]): void {
    if (entries.length === 0) return;
    this.mapping.add[key] ??= [];
    for (const entry of entries) this.mapping.add[key].push(entry);
  }

  /** Says what was guessed or left out; null stands for what is then not there. */
  warn(path: string, sentence: string): null {
    const warning = `${path}: ${sentence}`;
    if (!this.#said.has(warning)) this.mapping.warnings.push(warning);
    this.#said.add(warning);
    return null;
  }

  /** The same of what cannot be right. */
  fault(field: string, message: string): null {
    const key = faultKey(field, message);
    if (!this.#said.has(key)) this.mapping.faults.push({ field, message });
    this.#said.add(key);
    return null;
  }
}

/** Characters of all warnings of an answer together. */
const MAX_WARNINGS = 1_000_000;

/** The warnings that an answer lists. The last one says if there are more. */
export function listedWarnings(warnings: string[]): string[] {
  let room = MAX_WARNINGS;
  const full = warnings.findIndex((warning) => {
    room -= warning.length;
    return room < 0;
  });
  if (full < 0) return warnings;
  return [...warnings.slice(0, full), 'warnings: further ones are not listed.'];
}

/** Faults beside warnings: no warning begins with a line end. */
function faultKey(field: string, message: string): string {
  return `\n${field}: ${message}`;
}

/** A list of entries that keeps the path of each. */
export function asList(entries: Setting[], path: string): Setting {
  const inner: Record<string, string> = {};
  entries.forEach((entry, index) => {
    inner[index] = entry.path;
    for (const [key, at] of Object.entries(entry.inner ?? {})) inner[`${index}.${key}`] = at;
  });
  return { value: entries.map(({ value }) => value), path, inner };
}

/** The entries of a list, each with its origin. */
export function settingsOf({ value, path, inner = {} }: Setting): Setting[] {
  const entries = (Array.isArray(value) ? value : []).map(
    (one: unknown, index): Setting & { inner: Record<string, string> } => ({
      value: one,
      path: inner[index] ?? `${path}.${index}`,
      inner: {},
    }),
  );
  for (const [key, at] of Object.entries(inner)) {
    const dot = key.indexOf('.');
    const entry = dot < 0 ? undefined : entries[Number(key.slice(0, dot))];
    if (entry !== undefined) entry.inner[key.slice(dot + 1)] = at;
  }
  return entries;
}

/** The origin of a part of a setting: the longest known path, and the rest unchanged. */
export function originIn({ inner = {}, path }: Setting, key: string): string {
  return longestKnown((part) => inner[part], key) ?? `${path}.${key}`;
}

/**
 * The sender's path for a path in the draft: the longest known prefix, and the rest unchanged. Null
 * if the sender did not write there.
 */
export function originOf(origins: ReadonlyMap<string, string>, path: string): string | null {
  return longestKnown((part) => origins.get(part), path);
}

function longestKnown(known: (part: string) => string | undefined, path: string): string | null {
  const parts = path.split('.');
  for (let length = parts.length; length > 0; length -= 1) {
    const origin = known(parts.slice(0, length).join('.'));
    if (origin !== undefined) return [origin, ...parts.slice(length)].join('.');
  }
  return null;
}

/** Each value once, where it was written first. */
export function once(settings: Setting[]): Setting[] {
  const seen = new Set<string>();
  return settings.filter(({ value }) => {
    const key = JSON.stringify(value);
    return !seen.has(key) && seen.add(key);
  });
}

/** The non-empty entries of a list, each with its path. A single value counts as one entry. */
export function entriesOf(given: Given): Given[] {
  return entriesBut(isBlank, given);
}

/** The same. `isNothing` decides which entries are empty. */
export function entriesBut(isNothing: (value: unknown) => boolean, { value, path }: Given): Given[] {
  if (!Array.isArray(value)) return isNothing(value) ? [] : [{ value, path }];
  return value.flatMap((item: unknown, index) =>
    isNothing(item) ? [] : [{ value: item, path: `${path}.${index}` }],
  );
}

/** Whether a name of a custom field means something else in the keys of a mapping. */
export function isOddName(name: string): boolean {
  return name === '' || /[#.]/.test(name);
}

export const ODD_NAME = 'is not a name of a custom field of Zenodo';

/** Said of what is not understood. */
export const UNKNOWN = 'is unknown, so it was not sent to Zenodo.';

/** For values that another one replaces. */
export function notSent(because: string): string {
  return `was not sent, because ${because} overrides it.`;
}

/** The last key of a path, without list indexes. */
export function keyAt(path: string): string {
  return path.split('.').findLast((part) => !/^\d+$/.test(part)) ?? '';
}
