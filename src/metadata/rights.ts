import { rightOfLevel } from './artifacts.js';
import { Fields, oneTongue, plainKey } from './fields.js';
import { depositLicenseId, depositLicenseTitle } from './license-ids.js';
import { entriesOf, type Given, type Mapper, once, type Setting } from './mapping.js';
import { limits, readSpdx } from './spdx.js';
import { spdxId } from './spdx-ids.js';
import { filled, isObject, joined, partsOf, short, squeeze, textOf } from './values.js';

/** Maximum length of a right's title in characters. Longer texts become its description. */
const LONGEST_TITLE = 200;

/** Words that deny rights, whatever else is written. */
const DENIAL =
  /all rights reserved|alle rechte vorbehalten|tous droits r[ée]serv[ée]s|no licen[cs]e|proprietary/i;

/**
 * Maps the rights of a container or manifest to `rights`: by id if Zenodo has the licence, else
 * word for word.
 */
export function mapRights(all: Given[], into: Mapper): void {
  const rights = all.flatMap((given) => readRights(given, into));
  if (rights.length > 0) into.setList('metadata.rights', once(rights), all[0]?.path ?? 'license');
}

/**
 * Maps `license` of the deposit API. Zenodo must know the id, and an unknown one is refused as it
 * would be there.
 */
export function mapDepositLicense(given: Given, into: Mapper): void {
  const rights = entriesOf(given).flatMap((one) => readDepositRights(one, into));
  if (rights.length > 0) into.setList('metadata.rights', once(rights), given.path);
}

function readDepositRights(given: Given, into: Mapper): Setting[] {
  const { value, path } = given;
  const text = textOf(isObject(value) && Object.keys(value).length === 1 ? value['id'] : value) ?? '';
  const [id, title] = [depositLicenseId(text), depositLicenseTitle(text)];
  const right = id === null ? filled({ title: title === null ? null : { en: title } }) : { id };
  if (id !== null || title !== null) return [{ value: right, path }];
  if (spdxId(text) !== null || !/^[a-z0-9][a-z0-9._+-]*$/i.test(text)) return readRights(given, into);
  const sentence = `Zenodo has no licence with the id ${text}`;
  return into.fault(path, `${sentence}; send your own text in \`license\`, beside \`metadata\``) ?? [];
}

const NO_LICENSE = 'must be a string, or an object with an id, name or URL';

function readRights(given: Given, into: Mapper): Setting[] {
  const entries = entriesOf(given);
  if (typeof given.value === 'string')
    return entries.length === 0 ? [] : fromText(given.value, given.path, into);
  if (entries.length === 0) into.fault(given.path, NO_LICENSE);
  return entries.flatMap((one) => {
    if (isObject(one.value)) return fromObject(new Fields(one, into), one.value, into);
    const text = textOf(one.value);
    return text === null ? (into.fault(one.path, NO_LICENSE) ?? []) : fromText(text, one.path, into);
  });
}

/** Licences that Zenodo has, as they were found in some words, and what there is to say of that. */
interface RightsReading {
  ids: string[];
  notes: string[];
}

/** More parts than this are a text, and no list of licences. */
export const MOST_PARTS = 50;

/** Former ids that are too general to be meant without Zenodo's list. */
const AMBIGUOUS = ['bsd-license', 'cc-nc'];

/**
 * One text: a licence, several of them, or custom terms, which are not split. Parts come first,
 * because two licences read as one may give what neither gives.
 */
function fromText(text: string, path: string, into: Mapper): Setting[] {
  const all = partsOf(text, /[;\n]|,(?!\s*(?:version|v\d))/i);
  const parts = all.length > MOST_PARTS ? [] : all;
  const access = parts.filter(isAccess);
  if (access.some(restrictsAccess) || (access.length > 0 && access.length === parts.length))
    return fromAccess(access, path, into);
  const found = parts.filter((part) => !access.includes(part)).map(recognised);
  if (parts.length > 1 && found.every((part) => part !== null)) {
    if (access.length > 0) fromAccess(access, path, into);
    return asRights(found, path, into);
  }
  const whole = parts.length === 0 ? null : recognised(text);
  return whole === null ? ownWords(text, path, into) : asRights([whole], path, into);
}

function asRights(readings: RightsReading[], path: string, into: Mapper): Setting[] {
  return readings.flatMap(({ ids, notes }) => {
    for (const note of notes) into.warn(path, note);
    return ids.map((id) => ({ value: { id }, path }));
  });
}

/**
 * What is meant by an id, expression, name or address of licences that Zenodo has, if it says no
 * more than they; else null.
 */
function recognised(text: string): RightsReading | null {
  const old = depositLicenseId(text);
  const found = /[;\n]/.test(text.trim()) ? [] : readSpdx(text);
  if (found.length === 0) {
    if (old === null || !/[-._\d]/.test(text) || AMBIGUOUS.includes(text.trim().toLowerCase())) return null;
    return { ids: [old], notes: old === text.trim() ? [] : [`“${text.trim()}” was read as ${old}.`] };
  }
  // Former SPDX ids, such as GPL-3.0, have successors.
  const ids = found.flatMap(({ id }) => depositLicenseId(id) ?? []);
  if (found.some(({ partial }) => partial) || ids.length < found.length) return null;
  // A guess without the number in the text means another licence.
  const numbers = text.match(/\d+(?:\.\d+)*/g) ?? [];
  const guesses = found.filter(({ guessed }) => guessed).map(({ id }) => id);
  if (guesses.some((id) => !numbers.every((number) => id.includes(number)))) return null;
  const notes = guesses.map((id) => `“${short(text)}” was read as ${id}.`);
  if (ids.length > 1) notes.push(`${ids.join(' and ')} ${SEVERAL}`);
  return { ids, notes };
}

const SEVERAL = 'were sent as several licences. Zenodo does not record whether one or all of them apply.';

/** Whether words name an access right, as DataCite's lists of rights do beside licences. */
const isAccess = (words: string) =>
  restrictsAccess(words) || (/access/i.test(words) && rightOfLevel(words) !== null);

/** Whether it is one that restricts. An address must say that it is about access. */
export function restrictsAccess(words: string): boolean {
  const right = rightOfLevel(words);
  return right !== null && right !== 'open' && (/access/i.test(words) || !isAddress(words));
}

/** An access right in a list of licences gives no licence. One that restricts must not get lost. */
function fromAccess(words: string[], path: string, into: Mapper): Setting[] {
  const restricting = words.find(restrictsAccess);
  const said = `“${short(restricting ?? words[0] ?? '')}” is an access right and no licence`;
  if (restricting === undefined) into.warn(path, `${said}. It was not sent.`);
  else into.fault(path, `${said}: send it as \`access_right\``);
  return [];
}

function fromObject(object: Fields, raw: Record<string, unknown>, into: Mapper): Setting[] {
  const { path } = object;
  const keys = ['id', 'spdx', 'spdxid', 'identifier', 'rightsidentifier', '@id'];
  const names = keys.map((key) => object.text(key));
  const title = oneTongue(object.take('name', 'title', 'label', 'rights'), into);
  let description = oneTongue(object.take('description', 'text'), into);
  const link = object.text('url', 'link', 'uri', 'href', 'licenseurl', 'rightsuri');
  // Zenodo's answers have these, and Zenodo's own description.
  const isAnswer = object.all('props', 'icon').length > 0;
  const isNamed = [...names, title, link].some((name) => name !== null);
  // In a package.json the type is all that there is, and in a pyproject.toml the text.
  const type = object.text('type');
  if (!isNamed) names.push(type ?? description);
  if (!isNamed && type === null) description = null;
  object.skip('scheme', 'rightsidentifierscheme', 'schemeuri');
  // What has no field may take back what the licence gives.
  const rest = isAnswer ? [] : object.rest().map((key) => ({ key, text: textOf(raw[key]) }));
  const others = rest.flatMap(({ text }) => text ?? []);
  const known = [...names, title, link].filter((name) => name !== null);
  if (known.length === 0) return into.fault(path, NO_LICENSE) ?? [];
  const prose = [isAnswer ? null : description, ...others];
  const words = [title, ...prose, type, ...names].filter((one) => one !== null);
  if (known.every(isAccess) || words.some(restrictsAccess)) {
    object.nameRest();
    return fromAccess([...known, ...words], path, into);
  }
  const readings = known.flatMap((name) => {
    const reading = recognised(name);
    return reading === null ? [] : [{ name, reading }];
  });
  // What is said for sure, before what is guessed.
  const first = readings.find(({ reading }) => reading.notes.length === 0) ?? readings[0];
  const other = readings.find(({ reading }) => String(reading.ids) !== String(first?.reading.ids));
  if (first !== undefined && other !== undefined) {
    const names = `“${short(first.name)}” and “${short(other.name)}”`;
    return into.fault(path, `${names} are two licences: send one, or a list of both`) ?? [];
  }
  const id = String(first?.reading.ids);
  const denying =
    words.find((one) => one === title && DENIAL.test(one)) ??
    words.find((one) => denies(one, id, prose.includes(one)));
  // What takes back the licence is sent.
  for (const { key, text } of rest) if (text !== null && text === denying) object.skip(plainKey(key));
  object.nameRest();
  if (first !== undefined && denying === undefined) {
    const unsaid = known.filter((name) => !readings.some((one) => one.name === name));
    for (const words of [...unsaid, isAnswer ? null : description].filter((one) => one !== null)) {
      const sentence = `was not sent, because the licence ${short(first.name)} overrides it.`;
      into.warn(path, `“${short(words)}” ${sentence}`);
    }
    return asRights([first.reading], path, into);
  }
  const isDenied = first !== undefined && denying !== undefined;
  const said = (isDenied ? denying : title) ?? known[0] ?? '';
  const more = isDenied ? [title, ...names] : [];
  return ownWords(said, path, into, {
    description: joined(
      [...new Set([description, ...more])].filter((one) => one !== said),
      '\n\n',
    ),
    link: link ?? known.find(isAddress) ?? null,
  });
}

/** Terms of Creative Commons in German, by their abbreviation. */
const TERMS: Readonly<Record<string, RegExp>> = {
  nc: /(?:only (?:for|in|to) |nur (?:für |zu )?)?(?:non-?\s?commercial\w*|nicht[-\s]*kommerziell\w*)/gi,
  nd: /no-?\s?deriv\w*|keine[-\s]*bearbeitung\w*/gi,
};

/**
 * Whether words beside a licence take back what it gives. Its own text and terms do not.
 */
function denies(words: string, id: string, isProse: boolean): boolean {
  if (isAddress(words) || recognised(words) !== null) return false;
  if (/redistribution and use|permission is hereby granted|permission to use, copy/i.test(words))
    return false;
  const own = Object.entries(TERMS).filter(([term]) => id.includes(`-${term}`));
  const rest = own.reduce((text, [, term]) => text.replace(term, ' '), words);
  return DENIAL.test(rest) || limits(rest, isProse);
}

/**
 * A custom right, word for word. Zenodo's interface is in English only, so the text is stored under
 * `en` whatever its language.
 */
function ownWords(
  text: string,
  path: string,
  into: Mapper,
  more: { description: string; link: string | null } = { description: '', link: null },
): Setting[] {
  const plain = text.trim();
  const isLong = plain.length > LONGEST_TITLE || plain.includes('\n');
  const address = more.link ?? (isAddress(plain) ? plain : null);
  const link = address !== null && isLink(address) ? address : null;
  // An address that Zenodo does not take stands among the words.
  const rest = link === null && address !== plain ? address : null;
  const words = joined([isLong ? plain : null, more.description, rest], '\n\n');
  into.warn(path, `“${short(plain)}” is no licence that Zenodo has an id for; it was sent word for word.`);
  const value = filled({
    title: { en: isLong ? short(squeeze(plain.split('\n')[0] ?? ''), LONGEST_TITLE) : plain },
    description: words === '' ? null : { en: words },
    link,
  });
  return [{ value, path }];
}

function isAddress(text: string): boolean {
  return /^https?:\/\/\S+$/i.test(text);
}

/** A URL as Zenodo accepts it: ASCII, and a host with a dot (`marshmallow.fields.URL`). */
export function isLink(text: string): boolean {
  if (!/^(?:https?|ftps?):\/\/[\x21-\x7e]+$/i.test(text) || !URL.canParse(text)) return false;
  const { hostname } = new URL(text);
  return hostname === 'localhost' || /[^.]\.[^.]/.test(hostname);
}
