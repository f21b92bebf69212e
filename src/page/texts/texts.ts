import type { Language } from '../../user-messages/user-message.js';
import { DE } from './de.js';
import { EN, type PageTexts } from './en.js';

/** The page's texts by language. */
export const PAGE_TEXTS: Readonly<Record<Language, PageTexts>> = { en: EN, de: DE };

/** The language of the page for a language tag, such as `de-AT`. */
export function pageLanguage(tag: string): Language {
  const wanted = tag.slice(0, 2).toLowerCase();
  const known = Object.keys(PAGE_TEXTS) as Language[];
  return known.find((language) => language === wanted) ?? 'en';
}

/** The language for the user of a link: that of the link, else that of the browser. */
export function linkLanguage(locale: string | null | undefined, asked: Language): Language {
  return locale ? pageLanguage(locale) : asked;
}
