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

/**
 * Keywords as lists, or in texts parted by semicolons, else by commas or line ends → free subjects,
 * each once.
 */
export function mapKeywords(all: Given[], mapping: Mapping): void {
  const keywords = once(all.flatMap((given) => readKeywords(given, mapping)));
  if (keywords.length > 0) setList(mapping, 'metadata.subjects#free', keywords, all[0]?.path ?? 'keywords');
}

/** Reads keywords in any of their forms. */
function readKeywords({ value, path }: Given, mapping: Mapping): Setting[] {
  if (typeof value === 'string') {
    const words = value.split(value.includes(';') ? /[;\n]/ : /[,\n]/);
    return words.filter((word) => !isBlank(word)).map((word) => free(word, path));
  }
  return entriesOf({ value, path }).flatMap(({ value: item, path: at }): Setting[] => {
    const word = isObject(item)
      ? new Fields(item, at).text('keyword', 'term', 'subject', 'name', 'label', 'value', 'tag')
      : textOf(item);
    if (word === null) {
      fault(mapping, at, 'must be a string');
      return [];
    }
    if (/[,;]\s/.test(word)) {
      warn(
        mapping,
        at,
        `“${squeeze(word)}” is one keyword, because it stands in a list; send each on its own if several are meant.`,
      );
    }
    return [free(word, at)];
  });
}

/**
 * A subject with an identifier joins those of Zenodo's older dialect, or is one of a vocabulary; a
 * mere word becomes a keyword.
 */
export function mapSubjects(given: Given, mapping: Mapping): void {
  if (typeof given.value === 'string') {
    add(mapping, 'metadata.subjects', ...readKeywords(given, mapping));
    return;
  }
  for (const { value, path } of entriesOf(given)) {
    const fields = isObject(value) ? new Fields(value, path) : null;
    const identifier = fields?.text('identifier', 'id', 'uri', 'url', '@id', 'valueuri') ?? null;
    const term = fields === null ? textOf(value) : fields.text('term', 'subject', 'name', 'title', 'label');
    const scheme = fields?.text('scheme', 'subjectscheme') ?? null;
    fields?.take('@type', 'type');
    fields?.nameRest(mapping);
    if (term === null && identifier === null) fault(mapping, path, 'must be a string, or {term, identifier}');
    else if (term !== null && identifier !== null) {
      const entry = { term, identifier, ...(scheme === null ? {} : { scheme }) };
      add(mapping, 'custom_fields.legacy:subjects', { value: entry, path });
    } else add(mapping, 'metadata.subjects', free(term ?? identifier ?? '', path));
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
