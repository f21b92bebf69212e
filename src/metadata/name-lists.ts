import { isInstitution } from './institutions.js';
import { isWholePerson, startsWithParticle } from './names.js';
import { guarded, isNoName, restored } from './values.js';

/** The people in one text, and what was guessed about where names begin and end. */
export interface NameList {
  names: string[];
  guess?: string;
}

/**
 * Splits a text into names. Semicolons and line ends always separate people, and so does `and`,
 * unless it is part of an institution's name. A comma may separate people or be inside a name,
 * `Family, Given`: this is guessed from the words, with a warning. Text in brackets is ignored.
 */
export function namesIn(text: string): NameList {
  const sure = namesForSure(text);
  if (sure.names.length > 1) return sure;
  const [only = text] = sure.names;
  const joined = atConjunctions(only);
  if (ORCID.test(text)) return { names: joined };
  const names = joined.flatMap(atCommas);
  if (names.length < 2) return { names };
  return { names, guess: guessed(text, names) };
}

function guessed(text: string, names: string[]): string {
  return `“${text.trim()}” was read as ${names.length} people: ${names.join('; ')}`;
}

const ORCID = /\d{4}-?\d{4}-?\d{4}-?\d{3}[\dx]/i;

/**
 * Names between semicolons and line ends, commas after what ends each of them, and, as a guess,
 * signs and words. These separate people also inside a list.
 */
export function namesForSure(text: string): NameList {
  const parts = splitOutside(text, /^[;；、\n|]/).flatMap(atEnds);
  const names = parts.flatMap(atSigns);
  return names.length === parts.length ? { names } : { names, guess: guessed(text, names) };
}

/** Splits at signs and words between full names: `Ada Lovelace / Grace Hopper`. */
function atSigns(text: string): string[] {
  const parts = splitOutside(text, /^[/+•·\t]/);
  const names = plainNames(parts.length > 1 ? parts : text.split(/\s(?:[Aa]nd|AND|[Uu]nd|UND|&|sowie|et)\s/));
  if (names.length > 1 && names.every(isPerson)) return names;
  // `y` is also a part of names, and before `Hoang` it is one.
  const divided = plainNames(text.split(/\s(?:and|und|&|sowie|et|y)\s/));
  return divided.length > 1 && divided.every((name) => name.includes(',') && isPerson(name))
    ? divided
    : [text];
}

function plainNames(names: string[]): string[] {
  return names.map((name) => name.trim().replace(/,$/, ''));
}

/** Whether a text is one person's full name, in any order. */
function isPerson(text: string): boolean {
  const bare = withoutBrackets(text);
  const [family = '', given, ...more] = bare.split(',').map((part) => part.trim());
  if (given === undefined) return isWholePerson(bare);
  return more.length === 0 && given !== '' && !isInstitution(bare) && !isWholePerson(family);
}

/**
 * Splits where each person ends with an ORCID iD, or else with text in brackets: `Ada Lovelace
 * (CERN), Grace Hopper (Navy)`.
 */
function atEnds(text: string): string[] {
  const end = ORCID.test(text) ? /\d{3}[\dx][)\]>]?$/i : /[)\]>]$/;
  const names: string[] = [];
  let open: string[] = [];
  for (const piece of splitOutside(text, /^,/)) {
    open.push(piece);
    if (!end.test(piece)) continue;
    names.push(open.join(', '));
    open = [];
  }
  const isPerson = (name: string) => {
    const [bare = ''] = withoutBrackets(name).split(/,?\s(?:orcid|https?:|\d{4})/i);
    const isInverted = bare.split(',').length === 2 && !isInstitution(bare);
    return isInverted || isWholePerson(bare.trim());
  };
  return open.length === 0 && names.length > 1 && names.every(isPerson) ? names : [text];
}

/** Splits a text at separators outside of brackets. */
function splitOutside(text: string, separator: RegExp): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = '';
  for (const char of guarded(text)) {
    if ('([<'.includes(char)) depth += 1;
    if (')]>'.includes(char)) depth = Math.max(0, depth - 1);
    if (depth === 0 && separator.test(char)) {
      parts.push(part);
      part = '';
    } else part += char;
  }
  // Without the number, the dash or the “and” that an entry of a list has before it.
  const plain = (name: string) =>
    restored(name)
      .trim()
      .replace(/^(?:\d{1,3}[.)]|[-*•]|and|und|&)\s+/i, '');
  return [...parts, part].map(plain).filter((name) => !isNoName(name));
}

/** Characters of a name; what is longer is a sentence. */
const LONGEST_NAME = 500;

/**
 * Splits at `and` if that leaves full names on both sides. After an institution it is part of the
 * name. A text with too long a name stays whole, so that no growing name is judged again and again.
 */
function atConjunctions(text: string): string[] {
  const pieces = text.split(/\s(and|und|&)\s/i);
  const names: string[] = [];
  for (let index = 0; index < pieces.length; index += 2) {
    const piece = (pieces[index] ?? '').trim().replace(/,$/, '');
    const last = names.at(-1);
    if (last !== undefined && last.length > LONGEST_NAME) return [text.trim()];
    if (last === undefined) names.push(piece);
    else if (isInstitution(withoutBrackets(last)) || !isName(piece) || !isName(last)) {
      names[names.length - 1] = `${last} ${pieces[index - 1]} ${piece}`;
    } else names.push(piece);
  }
  return names.filter((name) => !isNoName(name));
}

function isName(piece: string): boolean {
  const bare = withoutBrackets(piece);
  // `Smith & Partners` is one firm.
  if (/^partners\b/i.test(bare)) return false;
  return bare.includes(',') || isWholePerson(bare) || isInstitution(bare);
}

/** Two names of several words are two people. A single word before a comma is a family name. */
function atCommas(text: string): string[] {
  const parts = splitOutside(text, /^,/);
  const isWhole = (part: string) => /\S\s+\S/.test(withoutBrackets(part));
  const [head = '', ...behind] = parts;
  if (parts.length < 2 || isInstitution(withoutBrackets(head))) return [text.trim()];
  // `Ada Lovelace (Author), Analytical Society` is one person.
  if (/[)\]>]$/.test(head) && !behind.some((part) => isWholePerson(withoutBrackets(part))))
    return [text.trim()];
  if (parts.length === 2) {
    const [first = '', second = ''] = parts;
    return isWhole(first) && isWhole(second) && !startsWithParticle(first) ? parts : [text.trim()];
  }
  if (parts.slice(1).some((part) => /^(?:jr|sr|ii|iii|iv)\.?$/i.test(part))) return [text.trim()];
  const families = parts.filter((_, index) => index % 2 === 0);
  if (families.some((part) => isWhole(part) && !startsWithParticle(part))) return parts;
  if (parts.length % 2 !== 0) return [text.trim()];
  return families.map((family, index) => `${family}, ${parts[index * 2 + 1]}`);
}

function withoutBrackets(text: string): string {
  return text.replace(/[<([][^<>()[\]]*[>)\]]/g, ' ').trim();
}
