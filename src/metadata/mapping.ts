import type { FieldFault } from '../errors.js';
import { identifierKey } from './identifiers.js';
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
 * document, need not be.
 */
export class Fields {
  readonly path: string;
  readonly #entries = new Map<string, Entry[]>();

  constructor(object: Record<string, unknown>, path: string) {
    this.path = path;
    for (const [key, value] of Object.entries(object)) {
      const plain = plainKey(key);
      const isName = (plain === '@id' || plain === 'id') && isLocalName(value);
      const entry = { key, value: isName ? null : value, isRead: plain === '@type' };
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
  leave(mapping: Mapping, ...keys: string[]): void {
    for (const { path } of this.all(...keys)) warn(mapping, path, NO_FIELD);
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
  nameRest(mapping: Mapping): void {
    for (const { key, beatenBy } of this.#unread()) {
      const why = beatenBy === undefined ? 'is unknown, so it was not sent to Zenodo.' : notSent(beatenBy);
      warn(mapping, this.at(key), why);
    }
  }

  at(key: string): string {
    return this.path === '' ? key : `${this.path}.${key}`;
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
    return keys.flatMap((key) => this.#entries.get(key) ?? []).filter(({ value }) => !isNothing(value));
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
export function oneTongue(given: Given | null, mapping: Mapping): string | null {
  if (!isObject(given?.value)) return textOf(given?.value);
  const tongues = new Fields(given.value, given.path);
  const text = tongues.text('en', 'eng', ...Object.keys(given.value).map(plainKey));
  tongues.nameRest(mapping);
  return text;
}

/** Said of what is understood, and has no place in a record. */
const NO_FIELD = 'was not sent, because Zenodo has no field for it.';

/** Said of what another value takes the place of. */
export function notSent(because: string): string {
  return `was not sent, because ${because} overrides it.`;
}

/** Whose terms a key may have in front; they mean the same without. */
const PREFIX =
  /^(?:(?:schema|sdo|codemeta):|https?:\/\/schema\.org\/|https?:\/\/codemeta\.github\.io\/terms\/)(?=\w)/i;

/** The key that a path ends in, without the places in lists behind it. */
export function keyAt(path: string): string {
  return path.split('.').findLast((part) => !/^\d+$/.test(part)) ?? '';
}

/** A key as keyOf gives it, with the @ of JSON-LD. */
export function plainKey(key: string): string {
  return key.startsWith('@') ? `@${keyOf(key)}` : keyOf(key.replace(PREFIX, ''));
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
