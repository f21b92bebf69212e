import type { FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import type { ErrorCode } from '../errors.js';
import { GERMAN, GERMAN_WHILE_TRYING } from './de.js';
import { ENGLISH, ENGLISH_WHILE_TRYING } from './en.js';

/** Languages that people are spoken to in; the first is for all who ask for another one. */
export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

/**
 * One or two plain sentences a code, for a researcher who knows neither this service nor Zenodo's
 * words: what happened, and what they can do. No methods, paths, fields or statuses; a deposition
 * is an “entry”. `final` stands where something has ended or was refused, `trying` in a snapshot of
 * what goes on by itself.
 */
const MESSAGES = {
  en: { final: ENGLISH, trying: ENGLISH_WHILE_TRYING },
  de: { final: GERMAN, trying: GERMAN_WHILE_TRYING },
} as const satisfies Record<
  Language,
  { final: Record<ErrorCode, string>; trying: Partial<Record<ErrorCode, string>> }
>;

/**
 * What `code` means for the person at the browser. `trying`: the service goes on by itself, and
 * nothing has ended.
 */
export function userMessage(code: ErrorCode, language: Language, { trying = false } = {}): string {
  const { final, trying: whileTrying } = MESSAGES[language];
  return (trying ? whileTrying[code] : undefined) ?? final[code];
}

/**
 * The language that the browser of a request asks for in Accept-Language (RFC 9110, section
 * 12.5.4), as far as it is spoken here.
 */
export function languageOf({ headers }: Pick<FastifyRequest, 'headers'>): Language {
  const [best] = new Negotiator({ headers }).languages([...LANGUAGES]);
  return LANGUAGES.find((language) => language === best) ?? LANGUAGES[0];
}
