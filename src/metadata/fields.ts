import { identifierKey } from './identifiers.js';
import { type Given, Mapper, notSent, UNKNOWN } from './mapping.js';
import { isBlank, isNoName, isObject, keyOf, listOf, nameOf, textOf, withoutPrefix } from './values.js';

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
      const same = this.#entries.get(plain);
      if (same === undefined) this.#entries.set(plain, [entry]);
      else same.push(entry);
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
    const only = (value: unknown) => (Array.isArray(value) && value.length === 1 ? value[0] : value);
    return nameOf(only(this.#first(keys, (value) => nameOf(only(value)) === null)?.value));
  }

  /** Given or family names, which may be listed. */
  names(...keys: string[]): string | null {
    return namesOf(this.#first(keys, (value) => namesOf(value) === null)?.value);
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
  if (!isObject(given?.value)) return textOf(given?.value);
  const tongues = new Fields(given, into);
  const text = tongues.text('en', 'eng', ...Object.keys(given.value).map(plainKey));
  tongues.nameRest();
  return text;
}

/** A key as keyOf returns it, with the @ of JSON-LD. */
export function plainKey(key: string): string {
  return key.startsWith('@') ? `@${keyOf(key)}` : keyOf(withoutPrefix(key));
}

/** A name that is only valid inside a JSON-LD document: `#ada`, `_:b0`, `./`. */
export function isLocalName(value: unknown): boolean {
  return typeof value === 'string' && /^(?:#|_:|\.\/)/.test(value);
}

/** One name, or several as one; null if one of them is no text. */
function namesOf(value: unknown): string | null {
  const names = [value].flat().flatMap((one) => (isNoName(one) ? [] : [nameOf(one)]));
  return names.length === 0 || names.includes(null) ? null : names.join(' ');
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
