import { iso6393 } from 'iso-639-3';
import { Fields } from './fields.js';
import { entriesOf, type Given, type Mapper, notSent, once, type Setting, settingsOf } from './mapping.js';
import { partsOf, short, textOf } from './values.js';

const IDS: ReadonlySet<string> = new Set(iso6393.map(({ iso6393: id }) => id));

/**
 * ISO 639-3 codes by two-letter codes, ISO 639-2/B codes, which Zenodo does not know, and English
 * names.
 */
const BY_WORD: ReadonlyMap<string, string> = new Map([
  // Codes that ISO 639 withdrew, but Java and older files use: Hebrew, Indonesian, Yiddish,
  // Javanese, Moldavian.
  ['iw', 'heb'],
  ['in', 'ind'],
  ['ji', 'yid'],
  ['jw', 'jav'],
  ['mo', 'ron'],
  ...iso6393.flatMap(({ name, iso6391, iso6392B, iso6393: id }) => [
    [name.toLowerCase(), id] as const,
    ...(iso6391 === undefined ? [] : [[iso6391, id] as const]),
    ...(iso6392B === undefined ? [] : [[iso6392B, id] as const]),
  ]),
]);

/** Whether an id is in Zenodo's vocabulary of languages (ISO 639-3). */
export function isLanguage(id: string): boolean {
  return IDS.has(id);
}

/**
 * Maps languages to `languages`: ISO 639 codes, tags like `de-DE`, or names in English, German or
 * the language itself.
 */
export function mapLanguages(given: Given, into: Mapper): void {
  const before = into.mapping.set['metadata.languages'];
  const all = once([...(before === undefined ? [] : settingsOf(before)), ...readLanguages(given, into)]);
  if (all.length > 0) into.setList('metadata.languages', all, before?.path ?? given.path);
}

function readLanguages(given: Given, into: Mapper): Setting[] {
  return entriesOf(given).flatMap((one) => {
    const { path } = one;
    const fields = new Fields(one, into);
    const [said, ...others] = fields.all('id', 'code', 'name', 'alternatename', 'title');
    fields.nameRest();
    // Vocabularies of languages have the code at the end of an address.
    const text = (textOf(said?.value) ?? '').replace(/^https?:\/\/\S*\/(?=\S)/i, '');
    for (const other of others) {
      if (languageId(textOf(other.value) ?? '') !== languageId(text))
        into.warn(other.path, notSent(said?.path ?? path));
    }
    const whole = languageId(text);
    const [, outside = '', inside = ''] = /^([^()]{1,60}?)\s*\(([^()]{1,60})\)$/.exec(text) ?? [];
    if (whole === null && languageId(outside) !== null && languageId(inside) !== languageId(outside)) {
      into.warn(path, `“${text}” was sent as ${languageId(outside)}: Zenodo keeps no regions and scripts.`);
      return [{ value: { id: languageId(outside) }, path }];
    }
    const words = whole === null ? partsOf(text, /[,;/()\n]|\s(?:and|und|&)\s/) : [text];
    if (words.length === 0) into.fault(path, 'must be an ISO 639 code, such as en or eng');
    return words.flatMap((word) => {
      const id = readLanguage({ value: word, path }, into);
      return id === null ? [] : [{ value: { id }, path }];
    });
  });
}

/** The ISO 639-3 id of one language; null, with a fault, if it is not one. */
export function readLanguage({ value, path }: Given, into: Mapper): string | null {
  const word = textOf(value) ?? '';
  const id = languageId(word);
  const [, language = '', region = ''] = /^([a-z]{2,3})[-_]([a-z0-9-_]+)$/i.exec(word) ?? [];
  if (id === null) into.fault(path, `“${short(word, 40)}” is not an ISO 639 code, such as en or eng`);
  // `de-DE` means the same as `de`.
  else if (region !== '' && region.toLowerCase() !== language.toLowerCase())
    into.warn(path, `“${word}” was sent as ${id}: Zenodo keeps no regions and scripts.`);
  return id;
}

/** The ISO 639-3 id of a word; null if it is not a language. */
function languageId(word: string): string | null {
  const text = word.trim().toLowerCase();
  if (IDS.has(text)) return text;
  const code = /^([a-z]{2,3})(?:[-_][a-z0-9-_]+)?$/.exec(text)?.[1];
  const known =
    BY_WORD.get(text) ?? (code === undefined ? undefined : IDS.has(code) ? code : BY_WORD.get(code));
  return known ?? namesInTongues().get(text) ?? null;
}

let inTongues: Map<string, string> | null = null;

/** ICU's names of the languages with a two-letter code, in German and in the language itself. */
function namesInTongues(): Map<string, string> {
  if (inTongues !== null) return inTongues;
  inTongues = new Map();
  for (const { iso6391, iso6393: id } of iso6393) {
    if (iso6391 === undefined) continue;
    for (const tongue of [iso6391, 'de', 'en']) {
      const name = new Intl.DisplayNames([tongue, 'en'], { type: 'language', fallback: 'none' }).of(iso6391);
      if (name !== undefined && !inTongues.has(name.toLowerCase())) inTongues.set(name.toLowerCase(), id);
    }
  }
  return inTongues;
}
