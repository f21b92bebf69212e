import type { FieldFault } from '../errors.js';
import { identifierKey } from './identifiers.js';
import { isBlank, isObject, keyOf, listOf, nameOf, textOf, withoutPrefix } from './values.js';

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

/** Gathers a mapping while a call is read. */
export class Mapper {
  readonly mapping: Mapping;

  constructor(mapping = emptyMapping()) {
    this.mapping = mapping;
  }

  set(key: string, setting: Setting): void {
    this.mapping.set[key] = setting;
  }

  /** Sets a list of entries, each with its own origin. */
  setList(key: string, entries: Setting[], path: string): void {
    this.set(key, asList(entries, path));
  }

  /** Sets a list, behind what another name of the field has said. */
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
    if (!this.mapping.warnings.includes(warning)) this.mapping.warnings.push(warning);
    return null;
  }

  /** The same of what cannot be right. */
  fault(field: string, message: string): null {
    const { faults } = this.mapping;
    if (!faults.some((one) => one.field === field && one.message === message))
      faults.push({ field, message });
    return null;
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

/** Where a part of a setting was written: the longest path that is known, and the rest as it is. */
export function originIn({ inner = {}, path }: Setting, key: string): string {
  return longestKnown((part) => inner[part], key) ?? `${path}.${key}`;
}

/**
 * The sender's path for a path in the draft: the longest known beginning, the rest as it is. Null
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

/** One key of an object, and what became of it. */
interface Entry {
  key: string;
  value: unknown;
  isRead: boolean;
  /** Path of the key that says the same thing, and was read in its place. */
  beatenBy?: string;
}

/**
 * An object whose keys are read by any of their spellings, and which knows afterwards which of them
 * was not asked for. The type of a JSON-LD node, and names that mean something only inside of its
 * document, need not be. A value that is no object stands for the first key that is asked for.
 */
export class Fields {
  readonly path: string;
  readonly #into: Mapper;
  readonly #entries = new Map<string, Entry[]>();
  readonly #lone: Entry | null;

  constructor({ value, path }: Given, into = new Mapper()) {
    this.path = path;
    this.#into = into;
    this.#lone = isObject(value) ? null : { key: '', value, isRead: false };
    for (const [key, item] of isObject(value) ? Object.entries(value) : []) {
      const plain = plainKey(key);
      const isName = (plain === '@id' || plain === 'id') && isLocalName(item);
      const entry = { key, value: isName ? null : item, isRead: plain === '@type' };
      this.#entries.set(plain, [...(this.#entries.get(plain) ?? []), entry]);
    }
  }

  /**
   * The first value that says something under one of these keys (as keyOf gives them, with the @ of
   * JSON-LD). Others that say something else are not read.
   */
  take(...keys: string[]): Given | null {
    return this.#first(keys, saysNothing);
  }

  /** All values that say something under these keys. */
  all(...keys: string[]): Given[] {
    return this.#found(keys, saysNothing).map((entry) => {
      entry.isRead = true;
      return this.#given(entry);
    });
  }

  text(...keys: string[]): string | null {
    return textOf(this.#first(keys, (value) => textOf(value) === null)?.value);
  }

  /** Reads what Zenodo concludes itself, or has written there: it need not be sent. */
  skip(...keys: string[]): void {
    this.all(...keys);
  }

  /** Says of these, which are understood, that Zenodo has no field for them. */
  leave(...keys: string[]): void {
    for (const { path } of this.all(...keys))
      this.#into.warn(path, 'was not sent, because Zenodo has no field for it.');
  }

  /** A name, which may be `Null`. */
  name(...keys: string[]): string | null {
    return nameOf(this.#first(keys, (value) => nameOf(value) === null)?.value);
  }

  /** The keys that say something and were not read. */
  rest(): string[] {
    return this.#unread().map(({ key }) => key);
  }

  /** Says of each of these that it is not sent. */
  nameRest(): void {
    for (const { key, beatenBy } of this.#unread())
      this.#into.warn(this.at(key), beatenBy === undefined ? UNKNOWN : notSent(beatenBy));
  }

  at(key: string): string {
    return this.path === '' || key === '' ? `${this.path}${key}` : `${this.path}.${key}`;
  }

  #first(keys: string[], isNothing: (value: unknown) => boolean): Given | null {
    const [first, ...others] = this.#found(keys, isNothing);
    if (first === undefined) return null;
    first.isRead = true;
    for (const other of others) {
      if (sameWords(first.value, other.value)) other.isRead = true;
      else other.beatenBy = this.at(first.key);
    }
    return this.#given(first);
  }

  #found(keys: string[], isNothing: (value: unknown) => boolean): Entry[] {
    const lone = this.#lone?.isRead === false ? [this.#lone] : [];
    return [...lone, ...keys.flatMap((key) => this.#entries.get(key) ?? [])].filter(
      ({ value }) => !isNothing(value),
    );
  }

  #given({ key, value }: Entry): Given {
    return { value, path: this.at(key) };
  }

  #unread(): Entry[] {
    return [...this.#entries.values()].flat().filter(({ isRead, value }) => !isRead && saysSomething(value));
  }
}

/**
 * A text, or the one of several in different languages that Zenodo's English interface has room
 * for.
 */
export function oneTongue(given: Given | null, into: Mapper): string | null {
  if (given === null) return null;
  const tongues = new Fields(given, into);
  const text = tongues.text('en', 'eng', ...Object.keys(Object(given.value)).map(plainKey));
  tongues.nameRest();
  return text;
}

/** Said of what is not understood. */
export const UNKNOWN = 'is unknown, so it was not sent to Zenodo.';

/** Said of what another value takes the place of. */
export function notSent(because: string): string {
  return `was not sent, because ${because} overrides it.`;
}

/** The key that a path ends in, without the places in lists behind it. */
export function keyAt(path: string): string {
  return path.split('.').findLast((part) => !/^\d+$/.test(part)) ?? '';
}

/** A key as keyOf gives it, with the @ of JSON-LD. */
export function plainKey(key: string): string {
  return key.startsWith('@') ? `@${keyOf(key)}` : keyOf(withoutPrefix(key));
}

/** A name that means something only inside of a JSON-LD document: `#ada`, `_:b0`, `./`. */
export function isLocalName(value: unknown): boolean {
  return typeof value === 'string' && /^(?:#|_:|\.\/)/.test(value);
}

function saysNothing(value: unknown): boolean {
  return isBlank(value) || (Array.isArray(value) && value.every(isBlank));
}

/** Two spellings of one thing. */
function sameWords(one: unknown, other: unknown): boolean {
  const [a, b] = [textOf(one), textOf(other)];
  if (a === null || b === null) return JSON.stringify(one) === JSON.stringify(other);
  return identifierKey(a) === identifierKey(b);
}

/** Whether there is anything in a value that a person may have written. */
export function saysSomething(value: unknown): boolean {
  if (Array.isArray(value)) return listOf(value).some(saysSomething);
  if (isObject(value)) return Object.values(value).some(saysSomething);
  return !isBlank(value);
}
