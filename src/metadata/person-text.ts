import { identifyPerson } from './identifiers.js';
import { isInstitution } from './institutions.js';
import type { Mapper } from './mapping.js';
import {
  isDegree,
  isWholePerson,
  mayBePerson,
  organizational,
  type PersonOrOrg,
  personal,
  wholeName,
  withRor,
} from './names.js';
import { isBlank, short, squeeze } from './values.js';
import { isCredit, isRole, type Roles, readRoles, SEVERAL_ROLES } from './vocabularies.js';

/** What a text says about a person or institution, besides the name. */
interface PersonText {
  who: PersonOrOrg;
  roles: Roles | null;
  ids: string[];
  places: string[];
}

const ORCID =
  /(?:orcid(?:\s*id)?\s*(?::\s*)?)?(?:https?:\/\/)?(?:www\.)?(?:orcid\.org\/)?(?<!\d)\d{4}-?\d{4}-?\d{4}-?\d{3}[\dX](?!\d)/i;

/**
 * Words between blanks and punctuation. They are checked one by one, so that the cost is linear.
 */
const WORD = /[^\s<>()[\],;:"]+/g;

const isEmail = (word: string) => /^[^@]+@[^@]*\.[^@.]/.test(word);

/**
 * How people hide an address from robots: `jane [at] example.org`. Before anything but a domain,
 * `(AT)` is a country.
 */
const AT = /\s{0,9}[[(<{]\s?at\s?[\])>}]\s{0,9}(?=[\w-]{1,63}(?:\.|\s?[[({<]\s?(?:dot|punkt)))/gi;

const DOT = /(@[\w-]{1,63})\s?[[({<]\s?(?:dot|punkt)\s?[\])}>]\s?/gi;

/** Replaces text in brackets. */
const MARK = '\u{f8ff}';

/** The fault of an entry without a name. */
export const NO_NAME = 'needs a name; an e-mail address or an identifier is not a name';

/** An address hidden by words only: `jane.doe at example dot org`, not `Port at St.George`. */
const SPELLED =
  /^\S{1,64}\s{1,3}at\s{1,3}(?:[a-z\d-]{1,63}\.[a-z\d][a-z\d.-]+|[\w-]{1,63}\s{1,3}dot\s{1,3}[\w-][\w.-]+)$/;

/** Keys of a person, written into a text. */
const KEYS = /^(?:(?:first|last|given|family|full)[ _-]?)?(?:name|vorname|nachname)\s?[:=]/i;

/** Roles that no institution has. */
const OF_PEOPLE = 'projectleader projectmanager projectmember researcher supervisor workpackageleader'.split(
  ' ',
);

/** Whether an e-mail address stands in a text. */
export function hasEmail(text: string): boolean {
  return SPELLED.test(text.trim()) || (text.match(WORD) ?? []).some(isEmail);
}

/** A text without e-mail addresses. */
export function withoutEmail(text: string): string {
  return SPELLED.test(text.trim()) ? '' : text.replace(WORD, (word) => (isEmail(word) ? ' ' : word));
}

/**
 * Whether a text cannot be a name: a URL, no letters, or the number of a footnote before it. These
 * come with lists of people whose parts are not understood.
 */
export function isNeverName(text: string): boolean {
  return /^(?:(?:\w{1,20}:\s)?https?:\/\/|[¹²³⁰⁴-⁹])/i.test(text) || !/\p{L}/u.test(text);
}

/**
 * `Jane Doe <jane@example.org>`, `Jane Doe (CERN)`, `Ada Lovelace (Author), ORCID: 0000-…,
 * Analytical Society`: separates a name from what follows it. Null, with a fault, if there is no
 * name.
 */
export function readPersonText(written: string, path: string, into: Mapper): PersonText | null {
  const text = withRoleBehind(
    written
      .replace(/mailto:/gi, '')
      .replace(/\{([^{}]*\d{3}[\dX])\}/gi, '($1)')
      .replace(/^\{([^{}]+)\}$|^"([^"]+)"$/, '$1$2')
      .replace(AT, '@')
      .replace(DOT, '$1.')
      .trim(),
  );
  if (/^\S+\[bot\]$/.test(text)) return { who: organizational(text), roles: null, ids: [], places: [] };
  if (/\bperson\s*\(|^c\s*\(/.test(text))
    return into.fault(path, 'is code of R: send {first_name, last_name, role}');
  if (KEYS.test(text)) return into.fault(path, 'has keys in a text: send {first_name, last_name, role}');
  const { outside, inside } = brackets(text);
  const bare = withoutEmail(outside);
  if (bare !== outside) sayEmail(path, into);
  const [first = '', last = '', ...others] = bare.split(MARK).map((part) => part.trim());
  // `Robert (Bob) Smith`: the name goes on behind the brackets.
  if (
    others.length === 0 &&
    /^\p{Lu}\p{Ll}+$/u.test(first) &&
    /^\p{Lu}\p{Ll}+$/u.test(last) &&
    !isRole(last)
  ) {
    into.warn(path, `“${squeeze(text)}” was not split, because its name goes on behind the brackets.`);
    return { who: personal(squeeze(text)), roles: null, ids: [], places: [] };
  }
  const orcid = ORCID.exec(bare);
  const before = (orcid === null ? bare : bare.slice(0, orcid.index)).split(MARK)[0] ?? '';
  const { head, roles: behindComma, rest } = atRoles(before);
  const after = [rest, ...bare.slice(before.length).replace(ORCID, MARK).split(MARK)]
    .map(withoutCommas)
    .filter((part) => !isBlank(part));
  const behind = after.filter((part) => !isRoleWord(part));
  const { roles: inBrackets, ...said } = readInside(inside, first, path, into);
  const roles = readRoles([...behindComma, ...inBrackets, ...after.filter(isRoleWord)]);
  if (orcid !== null) said.ids.unshift(orcid[0]);
  const isPerson = said.ids.length > 0 || (roles !== null && !isInstitution(head.split(',')[0] ?? ''));
  const { name, place } = apart(squeeze(head).replace(/[,:]$/, '').trim(), isPerson);
  if (name === '' || isNeverName(name)) return into.fault(path, NO_NAME);
  // Behind a role in brackets and an ORCID iD outside of them stands a place of work.
  const isRecord = inBrackets.length > 0 && orcid !== null;
  const other = behind.find((part) => ORCID.test(part) || (!isRecord && looksLikePerson(part)));
  if (other !== undefined)
    return into.fault(path, `names more than one person (“${short(other)}”); ${SEPARATE}`);
  const guessed = behind.filter((part) => !isInstitution(part));
  const isAcronym = (part: string) => /^[\p{Lu}\d\s.&-]{2,15}$/u.test(part);
  const isOfPerson = mayBePerson(name) && roles?.roles.some((role) => OF_PEOPLE.includes(role)) === true;
  const isOfIt = (isInstitution(name) && !isOfPerson) || said.places.some((part) => standsFor(part, name));
  if (isOfIt && said.ids.length === 0 && said.places.every(isAcronym)) {
    if (/,/.test(name) && isWholePerson(name.split(',')[0] ?? ''))
      into.warn(path, `“${name}” was sent as an institution. Send {name, affiliation} if you mean a person.`);
    const acronyms = said.places.map((part) => ` (${part})`).join('');
    if (mayBePerson(name)) into.warn(path, `“${name}” was taken for an institution.`);
    for (const part of guessed) into.warn(path, `“${part}” was used as the affiliation.`);
    return { who: organizational(`${name}${acronyms}`), roles, ids: [], places: behind };
  }
  const hasOrcid = said.ids.some((id) => identifyPerson(id)?.scheme === 'orcid');
  const read = wholeName(name, hasOrcid || isOfPerson);
  const hasRor = said.ids.some((id) => identifyPerson(id)?.scheme === 'ror');
  const isLone = hasRor && !hasOrcid && !isOfPerson && said.places.length === 0;
  const { who, guess, isPair } = isLone ? withRor(read) : read;
  if (isPair && said.ids.length > 0)
    return into.fault(path, `names more than one person (“${short(name)}”); ${SEPARATE}`);
  if (guess !== undefined) into.warn(path, `${guess}.`);
  const places = [...(place === null ? [] : [place]), ...said.places, ...guessed];
  for (const part of places) into.warn(path, `“${part}” was used as the affiliation.`);
  return { who, roles, ids: said.ids, places: [...places, ...behind.filter(isInstitution)] };
}

/** What to do about several people in one entry. */
export const SEPARATE = 'separate people with semicolons, or send an object for each';

/** Whether a text begins with a person's name: `Grace Hopper`, `Hopper, Grace`, not `TU Berlin`. */
function looksLikePerson(text: string): boolean {
  const bare = text.replace(/^(?:and|und|&)\s/i, '');
  const [first = '', second] = bare.split(',').map((part) => part.trim());
  if (isInstitution(first) || /\p{Lu}{2}/u.test(first)) return false;
  return isWholePerson(first) || (/^\p{Lu}\p{Ll}+$/u.test(first) && /^\p{Lu}/u.test(second ?? ''));
}

/** `Ada Lovelace - Author`, `Ada Lovelace: Author` and `Author: Ada Lovelace` with brackets. */
function withRoleBehind(text: string): string {
  const [, front = '', name = ''] = /^([^:,;()<[]{4,40}):\s+(.+)$/s.exec(text) ?? [];
  if (isRole(front)) return `${name} (${front})`;
  const at = Math.max(...[' - ', ' – ', ' — ', ': '].map((sign) => text.lastIndexOf(sign)));
  const behind =
    at < 0
      ? ''
      : text
          .slice(at)
          .replace(/^:|^ [-–—]/, '')
          .trim();
  // `The Book: Editor` and `Fog Lab - Software` are names.
  const isName = isInstitution(text.slice(0, at)) && (text[at] === ':' || isCredit(behind));
  const isInside = /^[^([<]*[)\]>]/.test(behind);
  return isRoleWord(behind) && !isName && !isInside ? `${text.slice(0, at)} (${behind})` : text;
}

/** Whether letters stand for a name, as only an institution's do: `Port Observatory Nemo (PON)`. */
function standsFor(letters: string, name: string): boolean {
  const initials = name.match(/(?<![\p{L}\p{M}])\p{Lu}/gu) ?? [];
  return /^\p{Lu}{3,}$/u.test(letters) && initials.length > 1 && letters.startsWith(initials.join(''));
}

/** A name, the roles after its comma, and what follows them: `Ada Lovelace, Author, CERN`. */
function atRoles(text: string): { head: string; roles: string[]; rest: string } {
  const parts = text.split(',').map((part) => part.trim());
  const isOne = (part: string) => isRoleWord(part) && !(isCredit(part) && isInstitution(parts[0] ?? ''));
  const at = parts.findIndex((part, index) => index > 0 && isOne(part));
  if (at < 0) return { head: text, roles: [], rest: '' };
  const behind = parts.slice(at);
  return {
    head: parts.slice(0, at).join(', '),
    roles: behind.filter(isRoleWord),
    rest: behind.filter((part) => !isRoleWord(part)).join(', '),
  };
}

/** Words of up to three letters may be initials. */
function isRoleWord(part: string): boolean {
  return part.length > 3 && isRole(part);
}

/**
 * A name and the affiliation after its comma, if the name is certainly a person's: `Kurt Gödel,
 * Institute for Advanced Study`.
 */
function apart(name: string, isPerson: boolean): { name: string; place: string | null } {
  const parts = name.split(',').map((part) => part.trim());
  const at = parts.findIndex((part, index) => index > 0 && isInstitution(part));
  const who = parts.slice(0, at).join(', ');
  if (!isPerson || at < 1 || isInstitution(who)) return { name, place: null };
  return { name: who, place: parts.slice(at).join(', ') };
}

/** What stands where an ORCID iD would. */
export const NO_ORCID = '(?:no\\s)?orcid(?:\\s?id)?(?:\\s?[:=])?(?:\\s?(?:n/a|none|unknown|tbd|[-–—]))?';
const IS_NO_ORCID = new RegExp(`^${NO_ORCID}$`, 'i');

/** Footnotes (`1`, `a,b`, `*`), pronouns, former names, accounts and the like behind a name. */
const NO_PLACE = [
  /^\P{L}*(?:\p{Ll}(?:\P{L}+\p{Ll})*\P{L}*)?$/u,
  /^\p{L}{2,4}\s?\/\s?(?:h[ei][mrs]|them|they|ihr|ihm)(?:\s?\/\s?\p{L}{2,6})?$/iu,
  /^(?:née?|geb(?:\.|orene?r?)|born)\s|^(?:deceased|retired|emerit(?:us|a)|verstorben)$/i,
  /^@|^(?:github|gitlab|twitter|mastodon)\s?:/i,
];

/** Whether words in brackets are no place of work, or may repeat the name: `Wei Zhang (张伟)`. */
function isNoPlace(words: string, name: string): boolean {
  if (isDegree(words) || NO_PLACE.some((pattern) => pattern.test(words))) return true;
  const [isLatin, isOther] = [words, name].map((text) => /\p{Script=Latin}/u.test(text));
  return isLatin !== isOther && !isInstitution(words) && (isOther === true || isWholePerson(words));
}

/** Text in brackets behind a name: identifiers, roles, or else the affiliation. */
function readInside(inside: string[], name: string, path: string, into: Mapper) {
  const found: Record<'roles' | 'ids' | 'places', string[]> = { roles: [], ids: [], places: [] };
  const parts = inside.flatMap((text) => text.split(/;|,(?=\s?(?:role|orcid|affiliation)\s?[:=])/i));
  for (const part of parts.map((text) => text.trim().replace(/^(?:role|affiliation)\s?[:=]\s?/i, ''))) {
    const orcid = ORCID.exec(part)?.[0];
    const rest = orcid === undefined ? part : withoutCommas(part.replace(orcid, ''));
    if (orcid !== undefined) found.ids.push(orcid);
    if (isBlank(rest) || IS_NO_ORCID.test(rest)) continue;
    if (hasEmail(rest)) sayEmail(path, into);
    else if (/^https?:/i.test(rest) && identifyPerson(rest) === null)
      into.warn(path, `“${rest}” was not sent, because Zenodo has no field for the page of a person.`);
    else if (identifyPerson(rest) !== null) found.ids.push(rest);
    else {
      const words = rest.split(SEVERAL_ROLES).map((word) => word.trim());
      const roles = words.filter(isRole);
      found.roles.push(...roles);
      const others = roles.length === 0 ? rest : words.filter((word) => !isRole(word)).join(', ');
      if (others !== '' && isNoPlace(others, name))
        into.warn(path, `“${others}” was left out, because it is not clearly an affiliation.`);
      else if (others !== '') found.places.push(others);
    }
  }
  return found;
}

/**
 * A text with its brackets replaced by marks, and their content. Nested brackets are not treated
 * separately.
 */
function brackets(text: string): { outside: string; inside: string[] } {
  const inside: string[] = [];
  let outside = '';
  let depth = 0;
  let part = '';
  for (const char of text) {
    if ('<(['.includes(char)) depth += 1;
    else if (')]>'.includes(char) && depth > 0) {
      depth -= 1;
      if (depth === 0) {
        outside += MARK;
        inside.push(part.trim());
        part = '';
      }
    } else if (depth > 0) part += char;
    else outside += char;
  }
  return { outside: outside + part, inside: inside.filter((one) => !isBlank(one)) };
}

/**
 * Without commas and blanks at the ends. A regular expression would be too slow for a million
 * blanks.
 */
function withoutCommas(text: string): string {
  const parts = text.split(',').map((part) => part.trim());
  const from = parts.findIndex((part) => part !== '');
  return parts.slice(Math.max(from, 0), parts.findLastIndex((part) => part !== '') + 1).join(', ');
}

function sayEmail(path: string, into: Mapper): void {
  into.warn(path, 'the e-mail address was not sent, because Zenodo has no field for it.');
}
