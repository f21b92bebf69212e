import type { FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import type { ErrorCode } from '../errors.js';
import { GERMAN, GERMAN_WHILE_TRYING } from './de.js';
import { ENGLISH, ENGLISH_WHILE_TRYING } from './en.js';

/** The languages of user messages. The first is the default. */
export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

/**
 * One or two plain sentences for each code, for a researcher who knows neither this service nor
 * Zenodo's terms. They say what happened and what the user can do. They name no methods, paths,
 * fields or statuses, and call a deposition an “entry”. `final` is for what has ended or was
 * refused, `trying` for an upload that the service still retries.
 */
const MESSAGES = {
  en: { final: ENGLISH, trying: ENGLISH_WHILE_TRYING },
  de: { final: GERMAN, trying: GERMAN_WHILE_TRYING },
} as const satisfies Record<
  Language,
  { final: Record<ErrorCode, string>; trying: Partial<Record<ErrorCode, string>> }
>;

/**
 * The user message of `code`. `trying`: the service still retries, and nothing has ended.
 */
export function userMessage(code: ErrorCode, language: Language, { trying = false } = {}): string {
  const { final, trying: whileTrying } = MESSAGES[language];
  return (trying ? whileTrying[code] : undefined) ?? final[code];
}

/**
 * The language that a request asks for in Accept-Language (RFC 9110, section 12.5.4), if it is
 * supported.
 */
export function languageOf({ headers }: Pick<FastifyRequest, 'headers'>): Language {
  const [best] = new Negotiator({ headers }).languages([...LANGUAGES]);
  return LANGUAGES.find((language) => language === best) ?? LANGUAGES[0];
}
