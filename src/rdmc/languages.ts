import type { Given, Mapping } from './mapping.js';
import { textOf } from './scalars.js';

/** English and own names of the languages that researchers write in; everything else must be sent as an ISO 639 code. */
const NAMES: Record<string, string> = {
  english: 'eng',
  englisch: 'eng',
  german: 'deu',
  deutsch: 'deu',
  french: 'fra',
  français: 'fra',
  spanish: 'spa',
  español: 'spa',
  italian: 'ita',
  italiano: 'ita',
  portuguese: 'por',
  dutch: 'nld',
  polish: 'pol',
  russian: 'rus',
  chinese: 'zho',
  japanese: 'jpn',
};

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

/** A language as an ISO 639 code, a tag like `de-DE`, or a common name → `language`. */
export function mapLanguage({ value, path }: Given, mapping: Mapping): void {
  const text = textOf(Array.isArray(value) ? value[0] : value)?.toLowerCase() ?? '';
  const code = /^([a-z]{2,3})(?:[-_][a-z0-9]+)*$/.exec(text)?.[1];
  const language = NAMES[text] ?? (code === undefined ? undefined : (BIBLIOGRAPHIC[code] ?? code));
  if (language === undefined) {
    mapping.faults.push({ field: path, message: 'must be an ISO 639 code, such as en or eng' });
    return;
  }
  if (Array.isArray(value) && value.length > 1) {
    mapping.warnings.push(`${path}: Zenodo’s deposit API takes one language: ${language} was sent.`);
  }
  mapping.set['language'] = language;
  mapping.origins.set('language', path);
}
