import { Fields } from './fields.js';
import { entriesOf, type Given, type Mapper, once, type Setting } from './mapping.js';
import { guarded, partsOf, squeeze } from './values.js';

/** Keywords, and terms with identifiers, which only the deposit API has. */
interface Subjects {
  words: Setting[];
  terms: Setting[];
}

/** What stands in brackets, such as `(2020, 2021)`, belongs to one keyword. */
const BRACKETS = /\([^()\n]{1,200}\)|\[[^[\]\n]{1,200}\]/g;

/** Stands for a comma in brackets. Not for use in any text (Unicode, private use). */
const INNER_COMMA = '\u{f8fd}';

/** The field for terms with identifiers. */
const TERMS = 'custom_fields.legacy:subjects';

/**
 * Maps keywords to free subjects without duplicates: lists, or texts separated by semicolons, else
 * by commas or line ends.
 */
export function mapKeywords(all: Given[], into: Mapper): void {
  const found = all.map((given) => readSubjects(given, into));
  const words = once(found.flatMap((one) => one.words));
  if (words.length > 0) into.setList('metadata.subjects#free', words, all[0]?.path ?? 'keywords');
  into.add(TERMS, ...found.flatMap(({ terms }) => terms));
}

/** Subjects in addition to keywords. */
export function mapSubjects(given: Given, into: Mapper): void {
  const { words, terms } = readSubjects(given, into);
  into.add('metadata.subjects', ...words);
  into.add(TERMS, ...terms);
}

/** The same, replacing all terms. */
export function mapDepositSubjects(given: Given, into: Mapper): void {
  const { words, terms } = readSubjects(given, into);
  into.add('metadata.subjects', ...words);
  if (terms.length > 0) into.setList(TERMS, terms, given.path);
}

function readSubjects({ value, path }: Given, into: Mapper): Subjects {
  const found: Subjects = { words: [], terms: [] };
  if (typeof value === 'string') {
    // `1,2-dichloroethane` is one word, `covid19,5-HT` is two.
    const comma =
      /(?:,(?<!(?:^|[^\p{L}\d])\d{1,2}['′]?,)|,(?!\d{1,3}(?:,\d{1,3}){0,9}['′]?-\p{L})|[，、،|\n]|\s[·•]\s)/u;
    const list = value.replace(BRACKETS, (inside) => inside.replaceAll(',', INNER_COMMA));
    const words = partsOf(list, /[;；؛]/.test(guarded(value)) ? /[;；؛\n]/ : comma);
    found.words = words
      .map((word) => word.replaceAll(INNER_COMMA, ','))
      .map((word) => free(word.replace(/^[-*•]\s+/, ''), path));
  } else for (const one of entriesOf({ value, path })) readSubject(one, found, into);
  return found;
}

function readSubject(given: Given, { words, terms }: Subjects, into: Mapper): void {
  const { value, path } = given;
  const fields = new Fields(given, into);
  const term = fields.text('term', 'subject', 'keyword', 'name', 'title', 'label', 'value', 'tag');
  const identifier = fields.text('identifier', 'id', 'uri', 'url', '@id', 'valueuri');
  const scheme = identifier === null ? null : fields.text('scheme', 'subjectscheme', 'indefinedtermset');
  fields.skip('type', 'schemeuri');
  fields.nameRest();
  if (term !== null && identifier !== null)
    terms.push({ value: { term, identifier, ...(scheme ? { scheme } : {}) }, path });
  else if (term !== null || identifier !== null) words.push(free(term ?? identifier ?? '', path));
  else into.fault(path, 'must be a string, or {term, identifier}');
  if (typeof value === 'string' && /[,;](?=\s|\p{L})|[，、،；؛|\n]/u.test(guarded(value))) {
    const sentence =
      'is one keyword, because it stands in a list; send each on its own if several are meant.';
    into.warn(path, `“${squeeze(value)}” ${sentence}`);
  }
}

function free(word: string, path: string): Setting {
  return { value: { subject: squeeze(word) }, path };
}
