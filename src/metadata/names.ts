import type { Fields } from './fields.js';
import { isCountry, isInstitution } from './institutions.js';
import { joined, listOf, squeeze, textOf, withoutPrefix, withoutSeparators } from './values.js';
import { isRole } from './vocabularies.js';

/** A person or organisation in the form of the records API. */
export interface PersonOrOrg {
  type: 'personal' | 'organizational';
  /** Organisations only. Zenodo derives a person's. */
  name?: string;
  family_name?: string;
  given_name?: string;
  identifiers?: { identifier: string; scheme: string }[];
}

/** A parsed name, and what was guessed about it. */
interface ReadName {
  who: PersonOrOrg;
  guess?: string;
  /** Whether it may just as well be the names of two people. */
  isPair?: boolean;
}

/** Those of them that are also family names. */
const ALSO_FAMILY = new Set('bank board council group press rat school trust union'.split(' '));

/** Particles that belong to the family name after them. */
const PARTICLES = new Set(
  'van von der den de del della di da dos das du des la le ten ter te zu zum zur af av el al bin ibn vom vander ó ní uí d’'.split(
    ' ',
  ),
);

const SUFFIX = /^(?:jr|sr|ii|iii|iv|v)\.?$/i;

/**
 * Titles before a name and degrees after it. Zenodo has no field for them, and citations leave them
 * out.
 */
const TITLE =
  /^(?:(?:dr|dra|drs|(?:univ\.-)?prof|professor|pd|mr|mrs|ms|sir|dame|dipl|ing|herr|frau|mme|mlle|mag|mgr|mudr|rndr|phdr|judr|doc)\.?(?:-ing\.?)?|(?:med|rer|nat|phil|jur|em|habil|mult|h\.c|apl)\.)$/i;
const DEGREE =
  /^(?:Ph\.?D\.?|M\.?Sc\.?|B\.?Sc\.?|C\.?Sc\.?|MBA|[DOCK]BE|FRS|D\.?Phil\.?|Dr\.-Ing\.|Dipl\.-Ing\.|M\.D\.|Esq\.?)$/;

/** Degrees that may just as well be initials, and those that are none behind a comma. */
const MAYBE_DEGREE = /^(?:MD|DDS|RN|JD|MPH|[MB]\.?[AS]\.?)$/;
const BEHIND_COMMA = /^(?:MD|DDS|RN|JD|MPH)$/;

/** Whether a word is an academic degree, such as `PhD`. */
export function isDegree(word: string): boolean {
  return DEGREE.test(word);
}

/** Marks for further people who are not named. */
const ET_AL = /\bet\s+al\b|\b(?:and|und|&)\s+(?:others|andere)\b|\bu\.\s?a\./i;

/** Initials: `J`, `JA`, `J.`, `J.-P.`, `J-P`, at most three. */
const INITIALS = /^(?:\p{Lu}{1,3}|(?:\p{Lu}\.-?){1,3}|\p{Lu}(?:-\p{Lu}){1,2})$/u;

/** Marks of footnotes behind a name, and what separates several. */
const MARKS = '*†‡§¶¹²³⁰⁴⁵⁶⁷⁸⁹';
const MARKS_END = new Set(` ,${MARKS}`);

/** Latin letters except Vietnamese ones: in other scripts the family name may come first. */
const FAMILY_LAST = /^(?:(?![\u1ea0-\u1ef9])[\p{Script=Latin}\p{M}\p{P}\s])*$/u;

/** What is long enough for a whole name in Chinese, Japanese or Korean. */
const HAN_NAME = /^[\p{Script=Han}\p{Script=Hangul}]{3,}$/u;

/** A word in capital letters, as in names of institutions. */
const ACRONYM = /^\p{Lu}{3,8}$/u;

/** A word that may be part of a person's name. */
const NAME_WORD = /^\p{Lu}[\p{L}\p{M}'’.-]*$/u;

/** Types of an institution in many formats. */
export const ORGANIZATION =
  /organi[sz]ation|^(?:institution(?:al)?|org|group|consortium|corporat(?:e|ion)|company|collaboration|team|ngo|collegeoruniversity)$/i;

/** Keys of a name in one text. */
export const WHOLE =
  'name fullname displayname personname authorname creatorname contributorname literal'.split(' ');

/** Keys of the parts of a name. */
const FIRST = 'firstname givenname givennames forename vorname first given'.split(' ');
const LAST = 'lastname familyname familynames surname nachname last family'.split(' ');
export const NAME_KEYS: ReadonlySet<string> = new Set([...FIRST, ...LAST, ...WHOLE]);

/**
 * A name in parts or in one text; null if there is none. Keys that it does not need stay unread.
 * `hasOrcid`: it has an identifier that only people have; `hasRor`: it has one that only
 * institutions have, and no place of work.
 */
export function personName(person: Fields, hasOrcid: boolean, hasRor: boolean): ReadName | null {
  const plain = (name: string | null) => (name === null ? null : withoutSeparators(name));
  const nameIn = (...keys: string[]) => plain(person.name(...keys));
  const partIn = (...keys: string[]) => plain(person.names(...keys));
  const kinds = person.all('@type', 'type', 'nametype', 'kind').flatMap(({ value }) => listOf(value));
  const isOfKind = (kind: RegExp) => kinds.some((word) => kind.test(withoutPrefix(textOf(word) ?? '')));
  const last = partIn(...LAST);
  const whole = nameIn(...WHOLE);
  const initials = last !== null && whole === null ? ['initials'] : [];
  const first = partIn(...FIRST, ...initials);
  const middle = partIn('middlename', 'middlenames', 'middle', 'middleinitial', 'additionalname');
  // Some write it behind the first name as well.
  const isTwice = middle !== null && ` ${first ?? ''}`.endsWith(` ${middle}`);
  const given = joined([first, isTwice ? null : middle], ' ');
  if (last !== null && (given !== '' || whole === null)) {
    const particle = untitle(nameIn('nondroppingparticle', 'nameparticle', 'particle', 'prefix'));
    const suffix = untitle(nameIn('namesuffix', 'suffix'));
    const dropping = nameIn('droppingparticle');
    // Some write them into the family name as well.
    const isIn = (part: string | null, at: number) =>
      part !== null && ` ${last} `.toLowerCase().indexOf(` ${part.toLowerCase()} `) === at;
    const before = [particle, dropping].filter((part) => !isIn(part, 0));
    const isBehind = isIn(suffix, last.length - (suffix?.length ?? 0));
    const family = joined([...before, last, isBehind ? null : suffix], ' ');
    if (given === '') return { who: personal(family), guess: `“${family}” was used as the whole name` };
    const other = whole !== null && wordsOf(whole) !== wordsOf(`${given} ${family}`);
    return {
      who: personal(family, given),
      ...(other ? { guess: `“${whole}” was not sent, because the name is given in parts` } : {}),
    };
  }
  const part = joined([given, last], ' ');
  if (whole === null && part !== '')
    return { who: personal(part), guess: `“${part}” was used as the whole name` };
  const institution = whole === null ? nameIn('organizationname', 'organisationname') : null;
  const alias = whole === null && institution === null ? nameIn('alias') : null;
  if (alias !== null) return { who: personal(alias), guess: `the alias “${alias}” was used as the name` };
  const name = whole ?? institution;
  if (name === null) return null;
  if (institution !== null || isOfKind(ORGANIZATION)) return { who: organizational(name) };
  const isPerson = hasOrcid || isOfKind(/^(?:\w+:)?person/i);
  const isFamily = last === null && given !== '' && !/,/.test(name) && !hasWords(name, given);
  if (isFamily)
    return { who: personal(name, given), guess: `“${name}” was used as the family name of “${given}”` };
  const read = wholeName(name, isPerson);
  const named = hasRor && !isPerson ? withRor(read) : read;
  return hasWords(name, part)
    ? named
    : { ...named, guess: `“${part}” was not sent, because the name is given as a whole` };
}

/** A particle or suffix; null if it is a title or a degree: `Dr.`, `PhD`. */
function untitle(part: string | null): string | null {
  return part?.split(' ').every((word) => TITLE.test(word) || DEGREE.test(word)) === true ? null : part;
}

/** A name with a ROR id is an institution’s, unless it has the parts of a person’s. */
export function withRor(read: ReadName): ReadName {
  const { family_name: name, given_name: given } = read.who;
  return name === undefined || given !== undefined ? read : { who: organizational(name) };
}

/** Whether a name contains all words of a part. */
function hasWords(name: string, part: string): boolean {
  const words = new Set(wordsOf(name).split(' '));
  const said = wordsOf(part).split(' ');
  return part === '' || said.every((word) => words.has(word));
}

/** The words of a name, sorted. */
function wordsOf(name: string): string {
  return (name.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).sort().join(' ');
}

/**
 * Parses a name in one text: splits it if it looks like a person's, else keeps it whole.
 * `isPerson`: it is known not to be an institution's.
 */
export function wholeName(text: string, isPerson = false): ReadName {
  const name = squeeze(text);
  if (!isPerson && isInstitution(name)) {
    const may = mayBePerson(name) ? { guess: `“${name}” was taken for an institution` } : {};
    return { who: organizational(name), ...may };
  }
  const bare = withoutMarks(name);
  if (bare !== name) return untitled(name, bare);
  if (name.includes(',')) return atComma(name);
  const words = withoutTitles(name.split(' '));
  const end = words.at(-1) ?? '';
  const suffix = words.length > 2 && SUFFIX.test(end) ? words.pop() : undefined;
  // `Smith Jr`, but `Smith V` has an initial.
  const isUnclear =
    words.length > 2 ? MAYBE_DEGREE.test(end) : suffix === undefined && end.length > 1 && SUFFIX.test(end);
  const parted = FAMILY_LAST.test(name) && !isUnclear ? partedName(words) : null;
  if (parted !== null) {
    const family = joined([parted.family, suffix], ' ');
    const guess = `“${name}” was read as “${family}, ${parted.given}”`;
    return { who: personal(family, parted.given), guess };
  }
  const [only] = words;
  if (words.length === 1 && only !== undefined && only !== name)
    return { who: personal(only), guess: `“${name}” was read as “${only}”` };
  const isAcronym = !isPerson && ACRONYM.test(name);
  if (!isAcronym && words.length === 1) return { who: personal(name) };
  const guess = isAcronym
    ? 'was used as the name of a person; send {name, type: organization} for an institution'
    : 'was not split, because it is not clear which part is the family name';
  return { who: personal(name), guess: `“${name}” ${guess}` };
}

/** A name without the marks of footnotes at its end, unless nothing else is left. */
function withoutMarks(name: string): string {
  let end = name.length;
  while (MARKS_END.has(name.charAt(end - 1))) end -= 1;
  const isMarked = [...name.slice(end)].some((char) => MARKS.includes(char));
  return isMarked && end > 0 ? name.slice(0, end) : name;
}

/** The words of a name without titles, unless nothing else is left. */
function withoutTitles(words: string[]): string[] {
  const from = words.findIndex((word) => !TITLE.test(word));
  const to = words.findLastIndex((word) => !DEGREE.test(word));
  return from < 0 || to < from ? words : words.slice(from, to + 1);
}

/** `Family, Given`, with a suffix anywhere. */
function atComma(name: string): ReadName {
  const all = name.split(',').map((part) => part.trim());
  const behind = /^(.+) (\S+)$/.exec(all[0] ?? '');
  if (behind !== null && DEGREE.test(behind[2] ?? ''))
    return untitled(name, [behind[1], ...all.slice(1)].join(', '));
  const degree = all.slice(1).find((part) => DEGREE.test(part));
  if (degree !== undefined) return untitled(name, all.filter((part) => part !== degree).join(', '));
  const title = /^(\S+) \S/.exec(name)?.[1] ?? '';
  if (TITLE.test(title)) return untitled(name, name.slice(title.length + 1));
  const suffix = all.filter((part, index) => index > 0 && SUFFIX.test(part));
  const [family = '', given = '', ...more] = all.filter((part) => part !== '' && !suffix.includes(part));
  if (more.length > 0 || family === '')
    return { who: personal(name), guess: `“${name}” was not split, because it has more than one comma` };
  if ([family, given].every((part) => HAN_NAME.test(part)))
    return { who: personal(name), guess: `“${name}” was not split, because it may name two people` };
  const isFull = isWholePerson(family) && !startsWithParticle(family);
  const isAcronym = isFull && /^\p{Lu}{4,}$/u.test(given) && family !== family.toUpperCase();
  const isOther = isFull && (BEHIND_COMMA.test(given) || !isGiven(given));
  // A footnote, “et al.”, or the acronym of an institution: `Ada Lovelace, CERN`.
  if (
    given !== '' &&
    (!/^(?!\p{Ll}$)[\p{L}'’‘"(.-]/u.test(given) || ET_AL.test(given) || isAcronym || isOther)
  ) {
    const guess = `“${name}” was not split, because “${given}” is not clearly a given name`;
    return { who: personal(name), guess };
  }
  const who = personal(joined([family, ...suffix], ' '), given);
  // `Ada Lovelace, Grace Hopper` has the same form as `García Márquez, Gabriel José`.
  if (!isFull || !isWholePerson(given)) return { who };
  const guess = `“${name}” was read as one person, “${given} ${family}”`;
  return { who, isPair: true, guess: `${guess}; send two entries if you mean two people` };
}

/** A first word of given names that is shortened or has an article: `Ma.`, `J.P.M.C.`, `el-Din`. */
const GIVEN = /^(?:\p{Lu}\p{Ll}\.|(?:\p{Lu}\.-?){1,5}|[ae]l-\p{L}+)$/u;

/** Whether a text may begin as a given name does: not with `CSc.`, `no`, or `US` before a word. */
function isGiven(text: string): boolean {
  const [word = '', ...more] = text.split(' ');
  if (INITIALS.test(word)) return more.length === 0 || !/^\p{Lu}{2,}$/u.test(word);
  return (
    (GIVEN.test(word) && !TITLE.test(word)) ||
    PARTICLES.has(word.toLowerCase()) ||
    (NAME_WORD.test(word) && !word.endsWith('.'))
  );
}

function untitled(name: string, rest: string): ReadName {
  return { guess: `“${name}” was read as “${rest}”`, ...wholeName(rest) };
}

/** The parts of a full name, unless it is not clear which words belong to which. */
function partedName(words: string[]): { family: string; given: string } | null {
  // `SMITH JA` and `JOHN LEE` look the same.
  if (isShouting(words) && words.some((word) => INITIALS.test(word))) return null;
  return isCountry(words.at(-1) ?? '') ? null : fullName(words);
}

function isShouting(words: string[]): boolean {
  return words.every((word) => word === word.toUpperCase() && word.length > 1 && !word.includes('.'));
}

/** The likely parts of a person's full name of two to five words. Null if it does not look so. */
function fullName(words: string[]): { family: string; given: string } | null {
  if (words.length < 2 || words.length > 5) return null;
  const isParticle = (word: string) => PARTICLES.has(word.toLowerCase());
  if (!words.every((word) => NAME_WORD.test(word) || isParticle(word))) return null;
  const isInitials = (word: string) => INITIALS.test(word);
  const shouting = isShouting(words);
  const initials = words.length - (words.findLastIndex((word) => !INITIALS.test(word)) + 1);
  if (initials > 0 && initials < words.length && !shouting && !words.slice(0, -initials).some(isInitials))
    return { family: words.slice(0, -initials).join(' '), given: words.slice(-initials).join(' ') };
  // `ETH Zürich`, and `DUPONT Jean` is no name in the order of this one.
  if (!shouting && /^\p{Lu}{2,}$/u.test(words[0] ?? '')) return null;
  // `van Gogh` has no given name, and of four words two may be the family name.
  const first = words[0] ?? '';
  if (isParticle(first) && (first.length > 1 || first === first.toLowerCase())) return null;
  if (words.length > 3 && !words.some((word) => isParticle(word) || INITIALS.test(word))) return null;
  let family = words.length - 1;
  while (family > 1 && isParticle(words[family - 1] ?? '')) family -= 1;
  if (family > 3) return null;
  return { family: words.slice(family).join(' '), given: words.slice(0, family).join(' ') };
}

/** Whether only a word that is also a family name suggests an institution: `Rita Bank`. */
export function mayBePerson(name: string): boolean {
  const words = name.split(/[\s,]+/);
  const others = words.filter((word) => !ALSO_FAMILY.has(word.toLowerCase()));
  return words.length < 4 && !isInstitution(others.join(' ')) && partedName(words) !== null;
}

/** Whether a text looks like one person's full name, also if it cannot be split for sure. */
export function isWholePerson(name: string): boolean {
  if (isInstitution(name) || isRole(name)) return false;
  const words = squeeze(name).split(' ');
  // `José Ortega y Gasset`
  const at = words.findIndex((word) => word === 'y' || word === 'e');
  if (at < 0) return fullName(words) !== null;
  const second = words.slice(at + 1);
  const isSecond = second.length > 0 && second.length < 4 && second.every((word) => NAME_WORD.test(word));
  return isSecond && fullName(words.slice(0, at)) !== null;
}

/** Whether a name begins with a particle: `van Beethoven`. */
export function startsWithParticle(name: string): boolean {
  return PARTICLES.has(name.split(' ')[0]?.toLowerCase() ?? '');
}

/** A person, by their names in two pieces. */
export function personal(family: string, given?: string): PersonOrOrg {
  return {
    type: 'personal',
    family_name: family,
    ...(given === undefined || given === '' ? {} : { given_name: given }),
  };
}

/** An institution, by its whole name. */
export function organizational(name: string): PersonOrOrg {
  return { type: 'organizational', name };
}
