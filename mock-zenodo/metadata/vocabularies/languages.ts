import { iso6393 } from 'iso-639-3';

const IDS = new Set(iso6393.map((language) => language.iso6393));
const BY_TWO_LETTERS = new Map(
  iso6393.flatMap(({ iso6391, iso6393: id }) => (iso6391 === undefined ? [] : [[iso6391, id] as const])),
);

/** Whether the vocabulary of languages (ISO 639-3) has an id. */
export function isLanguage(id: string): boolean {
  return IDS.has(id);
}

/** The ISO 639-3 code of a two-letter code, or null. */
export function languageOfTwoLetters(code: string): string | null {
  return BY_TWO_LETTERS.get(code.toLowerCase()) ?? null;
}
