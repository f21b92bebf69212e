import { isOrganisation, startsWithParticle } from './person-names.js';
import { isBlank } from './scalars.js';

/** The people in one text, and what was guessed about where one ends and the next begins. */
export interface NameList {
  names: string[];
  guess?: string;
}

/**
 * Names in one text. Semicolons and line ends part people for sure, and so does `and`, unless it is part of an organisation's name. A comma may stand between
 * people or inside a name, `Family, Given`: which of both is concluded from the words, and said.
 */
export function namesIn(text: string): NameList {
  const sure = text.split(/[;\n]/).filter((part) => !isBlank(part));
  if (sure.length > 1) return { names: sure.map((name) => name.trim()) };
  // One blank for many: the patterns are linear then.
  const flat = text.replace(/\s+/g, ' ');
  const joined = isOrganisation(flat.replace(/[<([][^<>()[\]]*[>)\]]/g, ''))
    ? [flat]
    : flat.split(/,? (?:and|und) | ?& ?/i);
  const names = joined.filter((part) => !isBlank(part)).flatMap((part) => atCommas(part.trim()));
  const hasCommas = joined.some((part) => part.includes(','));
  if (names.length < 2 || !hasCommas) return { names };
  return { names, guess: `“${text.trim()}” was read as ${names.length} people: ${names.join('; ')}` };
}

/** Two names of several words are two people; a lone word before a comma is a family name. */
function atCommas(text: string): string[] {
  const parts = text.split(',').flatMap((part) => (isBlank(part) ? [] : [part.trim()]));
  const isWhole = (part: string) => /\S\s+\S/.test(part);
  if (parts.length < 2) return parts;
  if (parts.length === 2) {
    const [first = '', second = ''] = parts;
    return isWhole(first) && isWhole(second) && !startsWithParticle(first) ? parts : [parts.join(', ')];
  }
  const families = parts.filter((_, index) => index % 2 === 0);
  if (parts.length % 2 !== 0 || families.some((part) => isWhole(part) && !startsWithParticle(part)))
    return parts;
  return families.map((family, index) => `${family}, ${parts[index * 2 + 1]}`);
}
