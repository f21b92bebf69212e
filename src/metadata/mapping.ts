import type { FieldFault } from '../errors.js';
import { isBlank, isObject, keyOf, listOf, nameOf, textOf } from './values.js';

/** A value and where its sender wrote it, in the sender's own names. */
export interface Given {
  value: unknown;
  path: string;
}

/** A value for the draft. `inner`: paths inside it → the sender's paths, where these differ. */
export interface Setting extends Given {
  inner?: Record<string, string>;
}

/**
 * What a metadata call says, in the names of Zenodo's records API. Keys are paths in the draft:
 * `metadata.title`, `custom_fields.journal:journal.title`, `access.right`. Behind a `#` stands the
 * kind of entries of a list that is meant: `metadata.additional_descriptions#notes`. It crosses
 * threads, so it is plain data.
 */
export interface Mapping {
  /** Replaces the whole field at Zenodo; null removes it. */
  set: Record<string, Setting>;
  /** Entries that join what is at Zenodo already, unless they are there. */
  add: Record<string, Setting[]>;
  /** Guesses for fields that neither the caller nor Zenodo has filled. */
  defaults: Record<string, Setting & { sentence: string | null }>;
  /** Sentences about what was guessed or left out, each beginning with the sender's path. */
  warnings: string[];
  /** What cannot be right. */
  faults: FieldFault[];
}

export function emptyMapping(): Mapping {
  return { set: {}, add: {}, defaults: {}, warnings: [], faults: [] };
}

export function set(mapping: Mapping, key: string, setting: Setting): void {
  mapping.set[key] = setting;
}

/** Sets a list of entries, each with its own origin. */
export function setList(mapping: Mapping, key: string, entries: Setting[], path: string): void {
  mapping.set[key] = asList(entries, path);
}

/** Adds an entry to a list field. */
export function add(mapping: Mapping, key: string, ...entries: Setting[]): void {
  if (entries.length === 0) return;
  mapping.add[key] ??= [];
  for (const entry of entries) mapping.add[key].push(entry);
}

export function warn(mapping: Mapping, path: string, sentence: string): void {
  const warning = `${path}: ${sentence}`;
  if (!mapping.warnings.includes(warning)) mapping.warnings.push(warning);
}

export function fault(mapping: Mapping, field: string, message: string): void {
  if (!mapping.faults.some((one) => one.field === field && one.message === message)) {
    mapping.faults.push({ field, message });
  }
}

/** Entries as one list that remembers where each was written. */
export function asList(entries: Setting[], path: string): Setting {
  const inner: Record<string, string> = {};
  entries.forEach((entry, index) => {
    inner[index] = entry.path;
    for (const [key, at] of Object.entries(entry.inner ?? {})) inner[`${index}.${key}`] = at;
  });
  return { value: entries.map(({ value }) => value), path, inner };
}

/** Sets a list, behind what another name of the field has said. */
export function appendList(mapping: Mapping, key: string, entries: Setting[], path: string): void {
  const before = mapping.set[key];
  if (entries.length === 0) return;
  setList(
    mapping,
    key,
    [...(before === undefined ? [] : settingsOf(before)), ...entries],
    before?.path ?? path,
  );
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

/**
 * The entries of a list that say something, each at its place in the list; a lone value as one
 * entry at its own.
 */
export function entriesOf(given: Given): Given[] {
  return entriesBut(isBlank, given);
}

/** The same, where `isNothing` tells what says nothing. */
export function entriesBut(isNothing: (value: unknown) => boolean, { value, path }: Given): Given[] {
  if (!Array.isArray(value)) return isNothing(value) ? [] : [{ value, path }];
  return value.flatMap((item: unknown, index) =>
    isNothing(item) ? [] : [{ value: item, path: `${path}.${index}` }],
  );
}

/**
 * An object whose keys are read by any of their spellings, and which knows afterwards which of them
 * was not asked for.
 */
export class Fields {
  readonly path: string;
  readonly #values = new Map<string, { key: string; value: unknown }[]>();
  readonly #read = new Set<string>();

  constructor(object: Record<string, unknown>, path: string) {
    this.path = path;
    for (const [key, value] of Object.entries(object)) {
      const plain = key.startsWith('@') ? `@${keyOf(key)}` : keyOf(key);
      this.#values.set(plain, [...(this.#values.get(plain) ?? []), { key, value }]);
    }
  }

  /**
   * The first value that says something under one of these keys (as keyOf gives them, with the @ of
   * JSON-LD).
   */
  take(...keys: string[]): Given | null {
    return this.all(...keys)[0] ?? null;
  }

  /** All values that say something under these keys. */
  all(...keys: string[]): Given[] {
    return keys.flatMap((key) => {
      this.#read.add(key);
      return (this.#values.get(key) ?? [])
        .filter(({ value }) => !isBlank(value) && !(Array.isArray(value) && value.every(isBlank)))
        .map((found) => ({ value: found.value, path: this.at(found.key) }));
    });
  }

  text(...keys: string[]): string | null {
    return textOf(this.take(...keys)?.value);
  }

  /** A name, which may be `Null`. */
  name(...keys: string[]): string | null {
    for (const key of keys) {
      this.#read.add(key);
      for (const { value } of this.#values.get(key) ?? []) {
        const name = nameOf(value);
        if (name !== null) return name;
      }
    }
    return null;
  }

  /** The keys that say something and were not read. */
  rest(): string[] {
    return [...this.#values].flatMap(([plain, found]) =>
      this.#read.has(plain) ? [] : found.filter(({ value }) => saysSomething(value)).map(({ key }) => key),
    );
  }

  /** Says of each of these that it is not sent. */
  nameRest(mapping: Mapping): void {
    for (const key of this.rest()) warn(mapping, this.at(key), 'is unknown, so it was not sent to Zenodo.');
  }

  at(key: string): string {
    return this.path === '' ? key : `${this.path}.${key}`;
  }
}

/** Whether there is anything in a value that a person may have written. */
export function saysSomething(value: unknown): boolean {
  if (Array.isArray(value)) return listOf(value).some(saysSomething);
  if (isObject(value)) return Object.values(value).some(saysSomething);
  return !isBlank(value);
}
