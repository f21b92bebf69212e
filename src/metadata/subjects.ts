import {
  add,
  entriesOf,
  Fields,
  fault,
  type Given,
  type Mapping,
  type Setting,
  setList,
  warn,
} from './mapping.js';
import { isBlank, isObject, squeeze, textOf } from './values.js';

/** Mere words, which are keywords, and terms with identifiers, which Zenodo's older dialect has. */
interface Subjects {
  words: Setting[];
  terms: Setting[];
}

/** Where terms with identifiers stand. */
const TERMS = 'custom_fields.legacy:subjects';

/**
 * Keywords as lists, or in texts parted by semicolons, else by commas or line ends → free subjects,
 * each once.
 */
export function mapKeywords(all: Given[], mapping: Mapping): void {
  const found = all.map((given) => readSubjects(given, mapping));
  const keywords = once(found.flatMap(({ words }) => words));
  if (keywords.length > 0) setList(mapping, 'metadata.subjects#free', keywords, all[0]?.path ?? 'keywords');
  add(mapping, TERMS, ...found.flatMap(({ terms }) => terms));
}

/** Subjects beside the keywords. */
export function mapSubjects(given: Given, mapping: Mapping): void {
  const { words, terms } = readSubjects(given, mapping);
  add(mapping, 'metadata.subjects', ...words);
  add(mapping, TERMS, ...terms);
}

/** The same, of which the terms are all. */
export function mapDepositSubjects(given: Given, mapping: Mapping): void {
  const { words, terms } = readSubjects(given, mapping);
  add(mapping, 'metadata.subjects', ...words);
  if (terms.length > 0) setList(mapping, TERMS, terms, given.path);
}

function readSubjects({ value, path }: Given, mapping: Mapping): Subjects {
  if (typeof value === 'string') {
    const words = value.split(/[;；؛]/.test(value) ? /[;；؛\n]/ : /[,，、،\n]/);
    return { words: words.filter((word) => !isBlank(word)).map((word) => free(word, path)), terms: [] };
  }
  const found: Subjects = { words: [], terms: [] };
  for (const one of entriesOf({ value, path })) readSubject(one, found, mapping);
  return found;
}

function readSubject({ value, path }: Given, { words, terms }: Subjects, mapping: Mapping): void {
  const fields = isObject(value) ? new Fields(value, path) : null;
  const term =
    fields === null
      ? textOf(value)
      : fields.text('term', 'subject', 'keyword', 'name', 'title', 'label', 'value', 'tag');
  const identifier = fields?.text('identifier', 'id', 'uri', 'url', '@id', 'valueuri') ?? null;
  const scheme = identifier === null ? null : fields?.text('scheme', 'subjectscheme', 'indefinedtermset');
  fields?.skip('type');
  fields?.nameRest(mapping);
  if (term !== null && identifier !== null) {
    terms.push({ value: { term, identifier, ...(scheme ? { scheme } : {}) }, path });
  } else if (term !== null || identifier !== null) words.push(free(term ?? identifier ?? '', path));
  else fault(mapping, path, 'must be a string, or {term, identifier}');
  if (typeof value === 'string' && /[,;](?=\s|\p{L})/u.test(value)) {
    warn(
      mapping,
      path,
      `“${squeeze(value)}” is one keyword, because it stands in a list; send each on its own if several are meant.`,
    );
  }
}

function free(word: string, path: string): Setting {
  return { value: { subject: squeeze(textOf(word) ?? '') }, path };
}

function once(keywords: Setting[]): Setting[] {
  const seen = new Set<string>();
  return keywords.filter(({ value }) => {
    const { subject } = value as { subject: string };
    return subject !== '' && !seen.has(subject) && seen.add(subject);
  });
}
