import { DE } from './de.js';
import { EN, type PageTexts } from './en.js';

/** The page's texts by language. */
export const PAGE_TEXTS: Readonly<Record<'en' | 'de', PageTexts>> = { en: EN, de: DE };
