import type { FieldFault } from '../errors.js';
import { identifierKey } from './identifiers.js';
import { isBlank, isObject, keyOf, listOf, nameOf, textOf, withoutPrefix } from './values.js';

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

/** One key of an object, and whether it was read. */
interface Entry {
  key: string;
  value: unknown;
  isRead: boolean;
  /** Path of a key with the same meaning that was read instead. */
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
   * The first non-empty value under one of these keys (as keyOf returns them, with the @ of
   * JSON-LD). Other, different values are not read.
   */
  take(...keys: string[]): Given | null {
    return this.#first(keys, saysNothing);
  }

  /** All non-empty values under these keys. */
  all(...keys: string[]): Given[] {
    return this.#found(keys, saysNothing).map((entry) => {
      entry.isRead = true;
      return this.#given(entry);
    });
  }

  text(...keys: string[]): string | null {
    return textOf(this.#first(keys, (value) => textOf(value) === null)?.value);
  }

  /** Marks keys as read that Zenodo derives or has written itself. */
  skip(...keys: string[]): void {
    this.all(...keys);
  }

  /** Warns that Zenodo has no field for these keys. */
  leave(...keys: string[]): void {
    for (const { path } of this.all(...keys))
      this.#into.warn(path, 'was not sent, because Zenodo has no field for it.');
  }

  /** A name, which may be `Null`. */
  name(...keys: string[]): string | null {
    return nameOf(this.#first(keys, (value) => nameOf(value) === null)?.value);
  }

  /** The non-empty keys that were not read. */
  rest(): string[] {
    return this.#unread().map(({ key }) => key);
  }

  /** Warns that these keys are not sent. */
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

/** A text. Of several in different languages, the one for Zenodo's English interface. */
export function oneTongue(given: Given | null, into: Mapper): string | null {
  if (given === null) return null;
  const tongues = new Fields(given, into);
  const text = tongues.text('en', 'eng', ...Object.keys(Object(given.value)).map(plainKey));
  tongues.nameRest();
  return text;
}

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

/** A key as keyOf returns it, with the @ of JSON-LD. */
export function plainKey(key: string): string {
  return key.startsWith('@') ? `@${keyOf(key)}` : keyOf(withoutPrefix(key));
}

/** A name that is only valid inside a JSON-LD document: `#ada`, `_:b0`, `./`. */
export function isLocalName(value: unknown): boolean {
  return typeof value === 'string' && /^(?:#|_:|\.\/)/.test(value);
}

function saysNothing(value: unknown): boolean {
  return isBlank(value) || (Array.isArray(value) && value.every(isBlank));
}

/** Whether two values are spellings of the same thing. */
function sameWords(one: unknown, other: unknown): boolean {
  const [a, b] = [textOf(one), textOf(other)];
  if (a === null || b === null) return JSON.stringify(one) === JSON.stringify(other);
  return identifierKey(a) === identifierKey(b);
}

/** Whether a value contains anything that a person may have written. */
export function saysSomething(value: unknown): boolean {
  if (Array.isArray(value)) return listOf(value).some(saysSomething);
  if (isObject(value)) return Object.values(value).some(saysSomething);
  return !isBlank(value);
}
