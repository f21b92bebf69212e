import type { Given, Mapping } from './mapping.js';
import { isBlank, isObject, pick, textOf } from './scalars.js';

/** Codes of ISO 639-2/B, which Zenodo does not know, by those of 639-3. */
const BIBLIOGRAPHIC: Record<string, string> = {
  ger: 'deu',
  fre: 'fra',
  dut: 'nld',
  chi: 'zho',
  gre: 'ell',
  cze: 'ces',
  rum: 'ron',
  slo: 'slk',
  per: 'fas',
  baq: 'eus',
};

/** A language as an ISO 639 code, a tag like `de-DE`, or its name in English, in German or in itself → `language`; of several the first. */
export function mapLanguage({ value, path }: Given, mapping: Mapping): void {
  const words = (Array.isArray(value) ? value : [value])
    .map((item) => textOf(isObject(item) ? pick(item, 'id', 'code', 'name', 'title')?.value : item) ?? '')
    .flatMap((text) => text.split(/[,;/()\n]|\s(?:and|und|&)\s/))
    .filter((word) => !isBlank(word))
    .map((word) => word.trim());
  const [language] = words.map(languageCode);
  if (language === undefined || language === null) {
    mapping.faults.push({ field: path, message: 'must be an ISO 639 code, such as en or eng' });
    return;
  }
  if (new Set(words.map(languageCode)).size > 1) {
    mapping.warnings.push(`${path}: Zenodo’s deposit API takes one language: ${language} was sent.`);
  }
  mapping.set['language'] = language;
  mapping.origins.set('language', path);
}

/** The ISO 639 code that a word stands for; null if it is none. */
function languageCode(word: string): string | null {
  const text = word.toLowerCase();
  const code = /^([a-z]{2,3})(?:[-_][a-z0-9]+)*$/.exec(text)?.[1];
  return codesByName().get(text) ?? (code === undefined ? null : (BIBLIOGRAPHIC[code] ?? code));
}

/** What a code of two letters stands for, in English; null if there is no such code. */
export function languageName(code: string, tongue = 'en'): string | null {
  return new Intl.DisplayNames([tongue, 'en'], { type: 'language', fallback: 'none' }).of(code) ?? null;
}

let byName: Map<string, string> | null = null;

/** What ICU calls each language that has a code of two letters. */
function codesByName(): Map<string, string> {
  if (byName !== null) return byName;
  const names = new Map<string, string>();
  const letters = [...'abcdefghijklmnopqrstuvwxyz'];
  for (const code of letters.flatMap((a) => letters.map((b) => a + b))) {
    for (const tongue of [code, 'de', 'en']) {
      const name = languageName(code, tongue);
      if (name !== null) names.set(name.toLowerCase(), code);
    }
  }
  byName = names;
  return names;
}
