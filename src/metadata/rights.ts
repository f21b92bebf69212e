import { depositLicenseId, depositLicenseTitle } from './license-ids.js';
import {
  entriesOf,
  Fields,
  fault,
  type Given,
  type Mapping,
  oneTongue,
  type Setting,
  setList,
  warn,
} from './mapping.js';
import { readSpdx } from './spdx.js';
import { spdxId } from './spdx-ids.js';
import { isBlank, isObject, short, squeeze, textOf } from './values.js';

/** A licence that Zenodo has, or a right in the words of those who gave it. */
interface Right {
  id?: string;
  title?: { en: string };
  description?: { en: string };
  link?: string;
}

/** Longest title of a right: longer words go into its description. Characters. */
const LONGEST_TITLE = 200;

/** Words that give no right away, whatever stands beside them. */
const DENIAL =
  /all rights reserved|alle rechte vorbehalten|tous droits r[ée]serv[ée]s|no licen[cs]e|proprietary/i;

/**
 * Rights as the fields of a container or manifest name them → `rights`: by id where Zenodo has the
 * licence, else word for word.
 */
export function mapRights(all: Given[], mapping: Mapping): void {
  const rights = all.flatMap((given) => readRights(given, mapping));
  if (rights.length > 0) setList(mapping, 'metadata.rights', once(rights), all[0]?.path ?? 'license');
}

/**
 * The `license` of the deposit API: an id is Zenodo's to know, and one that it does not know is
 * refused as it would.
 */
export function mapDepositLicense(given: Given, mapping: Mapping): void {
  const { value, path } = given;
  const id = textOf(isObject(value) && Object.keys(value).length === 1 ? value['id'] : value);
  const known = id === null ? null : depositLicenseId(id);
  const title = id === null ? null : depositLicenseTitle(id);
  if (known !== null) setList(mapping, 'metadata.rights', [{ value: { id: known }, path }], path);
  else if (title !== null)
    setList(mapping, 'metadata.rights', [{ value: { title: { en: title } }, path }], path);
  else if (id !== null && spdxId(id) === null && /^[a-z0-9][a-z0-9._+-]*$/i.test(id)) {
    fault(
      mapping,
      path,
      `Zenodo has no licence with the id ${id}; send your own text in \`license\`, beside \`metadata\``,
    );
  } else mapRights([given], mapping);
}

function readRights(given: Given, mapping: Mapping): Setting[] {
  const { value, path } = given;
  if (typeof value === 'string') return fromText(value, path, mapping);
  const entries = entriesOf(given);
  if (entries.length === 0) fault(mapping, path, 'must be a string, or an object with an id, name or URL');
  return entries.flatMap((one) => {
    if (isObject(one.value)) return fromObject(new Fields(one.value, one.path), mapping);
    const text = textOf(one.value);
    if (text !== null) return fromText(text, one.path, mapping);
    fault(mapping, one.path, 'must be a string, or an object with an id, name or URL');
    return [];
  });
}

/** One text: a licence, several of them, or somebody’s own words, which are not taken apart. */
function fromText(text: string, path: string, mapping: Mapping): Setting[] {
  const whole = recognised(text, path, mapping);
  if (whole !== null) return whole;
  const parts = text.split(/[;\n]|,(?!\s*(?:version|v\d))/i).filter((part) => !isBlank(part));
  if (parts.length > 1) {
    const quiet: Mapping = { set: {}, add: {}, defaults: {}, warnings: [], faults: [] };
    const each = parts.map((part) => recognised(part, path, quiet));
    if (each.every((found) => found !== null)) {
      mapping.warnings.push(...quiet.warnings);
      return each.flat();
    }
  }
  return [ownWords(text, path, mapping)];
}

/**
 * An id, expression, name or address of licences that Zenodo has, if it says no more than they;
 * else null.
 */
function recognised(text: string, path: string, mapping: Mapping): Setting[] | null {
  const old = depositLicenseId(text);
  const found = /[;\n]/.test(text.trim()) ? [] : readSpdx(text);
  if (found.length === 0) {
    if (old === null || !/[-._\d]/.test(text)) return null;
    if (old !== text.trim()) warn(mapping, path, `“${text.trim()}” was read as ${old}.`);
    return [{ value: { id: old }, path }];
  }
  // SPDX ids of old, such as GPL-3.0, have successors.
  const ids = found.map(({ id }) => depositLicenseId(id));
  if (found.some(({ partial }) => partial) || ids.includes(null)) return null;
  // A guess that knows nothing of a number in the text is about another licence.
  const numbers = text.match(/\d+(?:\.\d+)*/g) ?? [];
  const guesses = found.filter(({ guessed }) => guessed).map(({ id }) => id);
  if (guesses.some((id) => !numbers.every((number) => id.includes(number)))) return null;
  for (const { id, guessed } of found) {
    if (guessed) warn(mapping, path, `“${short(text)}” was read as ${id}.`);
  }
  if (ids.length > 1) {
    warn(
      mapping,
      path,
      `${ids.join(' and ')} were sent as several licences. Zenodo does not record whether one or all of them apply.`,
    );
  }
  return ids.map((id) => ({ value: { id }, path }));
}

function fromObject(object: Fields, mapping: Mapping): Setting[] {
  const names = ['id', 'spdx', 'spdxid', 'identifier', '@id'].map((key) => object.text(key));
  const title = oneTongue(object.take('name', 'title', 'label'), mapping);
  const description = oneTongue(object.take('description', 'text'), mapping);
  const link = object.text('url', 'link', 'uri', 'href', 'licenseurl');
  // An answer of Zenodo's has these, and a description of its own.
  const isAnswer = object.all('props', 'icon').length > 0;
  object.skip('type', 'scheme');
  object.nameRest(mapping);
  const known = [...names, title, link].filter((name) => name !== null && name !== undefined);
  if (known.length === 0) {
    fault(mapping, object.path, 'must be a string, or an object with an id, name or URL');
    return [];
  }
  const readings = known.flatMap((name) => {
    const quiet: Mapping = { set: {}, add: {}, defaults: {}, warnings: [], faults: [] };
    const rights = recognised(name, object.path, quiet);
    return rights === null ? [] : [{ name, rights, warnings: quiet.warnings }];
  });
  const [first] = readings;
  const other = readings.find(({ rights }) => idsOf(rights) !== idsOf(first?.rights ?? []));
  if (first !== undefined && other !== undefined) {
    fault(
      mapping,
      object.path,
      `“${short(first.name)}” and “${short(other.name)}” are two licences: send one, or a list of both`,
    );
    return [];
  }
  const denies = title !== null && DENIAL.test(title);
  if (first !== undefined && !denies) {
    mapping.warnings.push(...first.warnings);
    const unsaid = [
      ...known.filter((name) => !readings.some((one) => one.name === name)),
      isAnswer ? null : description,
    ];
    for (const words of unsaid.filter((one) => one !== null)) {
      warn(
        mapping,
        object.path,
        `“${short(words)}” was not sent, because the licence ${short(first.name)} overrides it.`,
      );
    }
    return first.rights;
  }
  const words = title ?? known[0] ?? '';
  const ids = denies ? names.find((name) => name !== null) : null;
  const more = [description, ids ?? null].filter((part) => part !== null).join('\n\n');
  return [
    ownWords(words, object.path, mapping, {
      description: more === '' ? null : more,
      link: link ?? known.find(isAddress) ?? null,
    }),
  ];
}

function idsOf(rights: readonly Setting[]): string {
  return JSON.stringify(rights.map(({ value }) => value));
}

/**
 * A right of its own, word for word. Zenodo's interface has English only, so the words stand under
 * `en` whatever their language is.
 */
function ownWords(
  text: string,
  path: string,
  mapping: Mapping,
  more: { description?: string | null; link?: string | null } = {},
): Setting {
  const plain = text.trim();
  const isLong = plain.length > LONGEST_TITLE || plain.includes('\n');
  const description = [isLong ? plain : null, more.description ?? null]
    .filter((part) => part !== null)
    .join('\n\n');
  const address = more.link ?? (isAddress(plain) ? plain : null);
  const usable = address !== null && isLink(address);
  const right: Right = {
    title: { en: isLong ? short(squeeze(plain.split('\n')[0] ?? ''), LONGEST_TITLE) : plain },
    ...(description === '' ? {} : { description: { en: description } }),
    ...(usable ? { link: address } : {}),
  };
  if (address !== null && !usable && address !== plain) {
    right.description = { en: [description, address].filter((part) => part !== '').join('\n\n') };
  }
  warn(
    mapping,
    path,
    `“${short(plain)}” is no licence that Zenodo has an id for; it was sent word for word.`,
  );
  return { value: right, path };
}

function isAddress(text: string): boolean {
  return /^https?:\/\/\S+$/i.test(text);
}

/** An address as Zenodo takes it: ASCII, and a host with a dot (`marshmallow.fields.URL`). */
export function isLink(text: string): boolean {
  if (!/^(?:https?|ftps?):\/\/[\x21-\x7e]+$/i.test(text) || !URL.canParse(text)) return false;
  const { hostname } = new URL(text);
  return hostname === 'localhost' || /[^.]\.[^.]/.test(hostname);
}

/** Each licence once. */
function once(rights: Setting[]): Setting[] {
  const seen = new Set<string>();
  return rights.filter(({ value }) => {
    const key = JSON.stringify(value);
    return !seen.has(key) && seen.add(key);
  });
}
