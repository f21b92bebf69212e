import { spdxId } from './spdx-ids.js';

interface NamedLicense {
  id: string;
  guessed: boolean;
  partial?: 'terms';
}

/**
 * Licences known by name that the SPDX packages do not know, or get wrong. Without a version the
 * current one is meant.
 */
export function fromName(text: string): NamedLicense | null {
  const name = text
    .toLowerCase()
    .replace(/[()]/g, ' ')
    .replace(/\b(internation(al|ale)|internacional|licen[cs]e|public|generic|unported|deed|the)\b/g, ' ');
  const zero = name.replace(/\bcc[\s-]?(?:0|zero)\b|\bcreative commons zero\b/g, ' ');
  if (zero !== name) return { id: 'CC0-1.0', guessed: false, ...saysMoreThan(zero, ZERO_WORDS) };
  if (/^\s*(odc[\s-])?odbl\s*$|^\s*open database(\s+v?1\.0)?\s*$/.test(name))
    return { id: 'ODbL-1.0', guessed: true };
  if (/^\s*odc[\s-]by\s*$/.test(name)) return { id: 'ODC-By-1.0', guessed: true };
  return fromCreativeCommons(name) ?? fromGnu(text.toLowerCase());
}

function fromCreativeCommons(name: string): NamedLicense | null {
  const isCc = /\bcc\b|creative commons/.test(name);
  if (!isCc || !/\b(by|attribution)\b/.test(name)) return null;
  // `CC BY 4.0 (CC BY-NC 4.0)` names two licences, and `CC BY 4.0 (Attribution 4.0)` one.
  const said = name
    .split(/\b(?:by|attribution)\b/)
    .slice(1)
    .map((part) => String(termsIn(part)));
  const versions = new Set(name.match(/\b[1-4]\.\d\b/g));
  if (versions.size > 1 || (said.length > 1 && said.some((terms) => terms !== said[0]))) return null;
  const parts = ['cc', 'by', ...termsIn(name)];
  const [, version, country] = /\b([1-4]\.\d)\b(?:[\s-]+([a-z]{2})\b)?/.exec(name) ?? [];
  // A version that does not exist is a mistake. The current one would contradict what was written.
  if (version === undefined && /\d/.test(name)) return null;
  const id = [...parts, version ?? '4.0'].join('-');
  const national = country === undefined ? null : spdxId(`${id}-${country}`);
  const found = national ?? spdxId(id);
  if (found === null) return null;
  const rest = national === null ? name : name.replace(new RegExp(`[ -]${country}\\b`), ' ');
  return { id: found, guessed: version === undefined, ...saysMoreThan(rest, CC_WORDS) };
}

/** The terms of a Creative Commons licence that a text names besides the attribution. */
function termsIn(name: string): string[] {
  const terms = { nc: /\bnc\b|non-?\s?commercial/, sa: /\bsa\b|share-?\s?alike/, nd: /\bnd\b|no-?\s?deriv/ };
  return Object.entries(terms).flatMap(([term, words]) => (words.test(name) ? [term] : []));
}

/** Whether anything is left of a text without these words. */
function saysMoreThan(text: string, words: RegExp): { partial?: 'terms' } {
  return /\p{L}/u.test(text.replace(words, ' ')) ? { partial: 'terms' } : {};
}

/**
 * Words in the names of Creative Commons licences, and words before them. Any other word may be a
 * term: `CC BY-CN` is not one of them, and `CC BY (data)` is only the data's.
 */
const CC_WORDS =
  /https?:\/\/(?:www\.)?creativecommons\.org\/\S*|\b(creative|commons|cc|by|attribution|nc|non-?\s?commercial|sa|share-?\s?alike|nd|no-?\s?deriv\w*(\s+works?)?|v(er(sion)?)?\.?(?=[\s\d])|v?[1-4]\.\d|this\s+(data|works?)\s+(is|are)|this|is|licen[cs]ed|under|a|an|of)\b/g;

/** Words in the names of CC0. The terms of the other licences take back what it gives. */
const ZERO_WORDS =
  /https?:\/\/creativecommons\.org\/publicdomain\/zero\/\S*|\b(creative|commons|v(er(sion)?)?\.?(?=[\s\d])|v?1\.0|universal|domain|dedication|waiver|this\s+(data|works?)\s+(is|are)|this|is|licen[cs]ed|under|a|an|of)\b/g;

/** Whether a text names a licence of the GNU family. */
export function isGnu(text: string): boolean {
  return /\b[al]?gpl|\bgnu\b|general public/i.test(text) && !/fdl|documentation/i.test(text);
}

/** A GNU licence. Its version, and whether a later one applies, are part of the id. */
function fromGnu(name: string): NamedLicense | null {
  // “GPL, LGPL” is not the weaker of the two.
  if (!isGnu(name) || new Set(name.match(/\b[al]?gpl(?!\w*\.(?:html?|txt))/g)).size > 1) return null;
  const version = /(?:v(?:ersion)?\s*|gpl\s*-?\s*|\s)(\d(?:\.\d)?)(?![\d.]*\d)/.exec(name)?.[1];
  if (version === undefined) return null;
  const family = /affero|agpl/.test(name) ? 'agpl' : /lesser|library|lgpl/.test(name) ? 'lgpl' : 'gpl';
  const later = /\bor\s+(?:\(?at your option\)?\s+)?(?:any\s+)?(?:later|newer)\b|\d\s*\+|>=/.test(name);
  const id = spdxId(
    `${family}-${version.includes('.') ? version : `${version}.0`}-${later ? 'or-later' : 'only'}`,
  );
  return id === null ? null : { id, guessed: true, ...saysMoreThan(name, GNU_WORDS) };
}

/** What the names of the GNU licences are made of, and what introduces them. */
const GNU_WORDS =
  /https?:\/\/(?:www\.)?(?:gnu|fsf|opensource|spdx)\.org\/\S*|\b([al]?gpl(v(?=\d))?|gnu|affero|lesser|library|general|public|licen[cs]ed?|the|work|program|v(er(sion)?)?(?=[\s.\d]|$)|as|published|by|free|software|foundation|only|or|at|your|option|any|later|newer|under|terms|of|this|is|a|an|with|and)(?=\b|v?\d)/g;

/**
 * Whether a text can mean a guessed id: it must contain the name, or the initials of its words, and
 * no other version.
 */
export function isPlausible(id: string, text: string): boolean {
  const words = text.toLowerCase().match(/[a-z]+/g) ?? [];
  const family = /^[a-z]+/i.exec(id)?.[0]?.toLowerCase() ?? '';
  const initials = words.map(([first]) => first).join('');
  if (!words.some((word) => word.startsWith(family)) && !initials.includes(family)) return false;
  const [, said] = /(\d+)(?:\.\d+)?/.exec(text) ?? [];
  return said === undefined || !/\d/.test(id) || id.includes(said);
}
