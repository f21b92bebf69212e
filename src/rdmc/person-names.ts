import { pick, textOf } from './scalars.js';

/** Words that tell an organisation from a person. */
const ORGANISATION =
  /\b(univ\w*|hochschule|institut\w*|college|school|academy|akademie|gmbh|e\.?v\.?|inc|ltd|llc|consortium|konsortium|group|gruppe|team|cent(?:er|re)|zentrum|foundation|stiftung|society|gesellschaft|association|verein|lab|laborator\w*|department|collaboration|project|agency|ministry|museum|library|bibliothek|council|office|network|community|nfdi\w*)\b/i;

/** Particles that belong to the family name that follows. */
const PARTICLES = new Set(
  'van von der den de del della di da dos du la le ten ter zu zum zur af el al bin ibn'.split(' '),
);

/** A name as Zenodo reads it, `Family, Given`, and what was guessed about it. */
export interface PersonName {
  name: string;
  guess?: string;
}

/** The name of a person or organisation given as one text, or in parts; null if there is none. */
export function personName(person: Record<string, unknown>): PersonName | null {
  const first = textOf(
    pick(person, 'firstname', 'givenname', 'givennames', 'forename', 'vorname', 'first')?.value,
  );
  const last = textOf(
    pick(person, 'lastname', 'familyname', 'familynames', 'surname', 'nachname', 'last')?.value,
  );
  if (last !== null && first !== null) return joined(last, first);
  const whole = textOf(
    pick(person, 'name', 'fullname', 'displayname', 'title', 'organization', 'organisation')?.value,
  );
  const alone = last ?? first;
  if (alone !== null && whole === null) {
    return { name: uncomma(alone), guess: `“${alone}” was taken as the whole name` };
  }
  if (whole === null) return null;
  const type = textOf(pick(person, 'type', 'nametype')?.value) ?? '';
  return /^organi[sz]ation/i.test(type) ? { name: whole } : wholeName(whole);
}

/** A name in one piece: kept if it has its comma, else parted before the last word if it looks like a person's. */
export function wholeName(text: string): PersonName {
  const name = text.replace(/\s+/g, ' ').trim();
  const words = name.split(' ');
  if (name.includes(',') || words.length < 2) return { name };
  if (words.length > 4 || isOrganisation(name)) return { name };
  let family = words.length - 1;
  while (family > 1 && PARTICLES.has((words[family - 1] ?? '').toLowerCase())) family -= 1;
  const parted = `${words.slice(family).join(' ')}, ${words.slice(0, family).join(' ')}`;
  return { name: parted, guess: `“${name}” was read as “${parted}”` };
}

/** Whether a name has a word in it that no person's has. */
export function isOrganisation(name: string): boolean {
  return ORGANISATION.test(name);
}

/** Whether a name begins as only a family name does: `van Beethoven`. */
export function startsWithParticle(name: string): boolean {
  return PARTICLES.has(name.split(' ')[0]?.toLowerCase() ?? '');
}

/** Zenodo parts a name at its comma only if it is the only one, so none may be inside the parts. */
function joined(last: string, first: string): PersonName {
  const name = `${uncomma(last)}, ${uncomma(first)}`;
  return /,/.test(last + first)
    ? { name, guess: `a comma inside the name was left out: “${name}”` }
    : { name };
}

function uncomma(part: string): string {
  return part.replace(/[\s,]+/g, ' ').trim();
}
