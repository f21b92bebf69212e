import { iso6393 } from 'iso-639-3';
import {
  appendList,
  entriesOf,
  Fields,
  fault,
  type Given,
  type Mapping,
  notSent,
  type Setting,
  warn,
} from './mapping.js';
import { isBlank, isObject, short, textOf } from './values.js';

const IDS: ReadonlySet<string> = new Set(iso6393.map(({ iso6393: id }) => id));

/**
 * Codes of two letters, codes of ISO 639-2/B, which Zenodo does not know, and English names → ISO
 * 639-3.
 */
const BY_WORD: ReadonlyMap<string, string> = new Map([
  // What ISO 639 withdrew, and Java and older files still have: Hebrew, Indonesian, Yiddish,
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

/** Whether Zenodo's vocabulary of languages (ISO 639-3) has an id. */
export function isLanguage(id: string): boolean {
  return IDS.has(id);
}

/**
 * Languages as ISO 639 codes, tags like `de-DE`, or names in English, German or themselves →
 * `languages`.
 */
export function mapLanguages(given: Given, mapping: Mapping): void {
  const { value = [] } = mapping.set['metadata.languages'] ?? {};
  const before = new Set(Array.isArray(value) ? value.map((one: unknown) => JSON.stringify(one)) : []);
  const languages = readLanguages(given, mapping).filter((one) => !before.has(JSON.stringify(one.value)));
  appendList(mapping, 'metadata.languages', languages, given.path);
}

function readLanguages(given: Given, mapping: Mapping): Setting[] {
  const found = new Map<string, Setting>();
  for (const { value, path } of entriesOf(given)) {
    const fields = isObject(value) ? new Fields(value, path) : null;
    const [said, ...others] =
      fields === null ? [{ value, path }] : fields.all('id', 'code', 'name', 'alternatename', 'title');
    fields?.nameRest(mapping);
    const text = textOf(said?.value) ?? '';
    for (const other of others) {
      if (languageId(textOf(other.value) ?? '') !== languageId(text))
        warn(mapping, other.path, notSent(said?.path ?? path));
    }
    const whole = languageId(text);
    const words =
      whole === null ? text.split(/[,;/()\n]|\s(?:and|und|&)\s/).filter((word) => !isBlank(word)) : [text];
    if (words.length === 0) fault(mapping, path, 'must be an ISO 639 code, such as en or eng');
    for (const word of words) {
      const id = readLanguage({ value: word, path }, mapping);
      if (id !== null && !found.has(id)) found.set(id, { value: { id }, path });
    }
  }
  return [...found.values()];
}

/** The ISO 639-3 id of one language; null, with a fault, if it is none. */
export function readLanguage({ value, path }: Given, mapping: Mapping): string | null {
  const word = textOf(value) ?? '';
  const id = languageId(word);
  const [, language = '', region = ''] = /^([a-z]{2,3})[-_]([a-z0-9-_]+)$/i.exec(word) ?? [];
  if (id === null) fault(mapping, path, `“${short(word, 40)}” is not an ISO 639 code, such as en or eng`);
  // `de-DE` says no more than `de`.
  else if (region !== '' && region.toLowerCase() !== language.toLowerCase())
    warn(mapping, path, `“${word}” was sent as ${id}: Zenodo keeps no regions and scripts.`);
  return id;
}

/** The ISO 639-3 id that a word stands for; null if it is none. */
function languageId(word: string): string | null {
  const text = word.trim().toLowerCase();
  if (IDS.has(text)) return text;
  const code = /^([a-z]{2,3})(?:[-_][a-z0-9-_]+)?$/.exec(text)?.[1];
  const known =
    BY_WORD.get(text) ?? (code === undefined ? undefined : IDS.has(code) ? code : BY_WORD.get(code));
  return known ?? namesInTongues().get(text) ?? null;
}

let inTongues: Map<string, string> | null = null;

/** What ICU calls each language that has a code of two letters, in German and in itself. */
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
