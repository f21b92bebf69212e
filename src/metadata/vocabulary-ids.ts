import { readRor } from './identifiers.js';
import { asList, Mapper, type Mapping, originIn, type Setting } from './mapping.js';
import { isObject } from './values.js';

/** Vocabularies that are too large to be included here. */
type LargeVocabulary = 'affiliations' | 'funders' | 'awards' | 'subjects' | 'programmingLanguages';

/**
 * An id that must be looked up before it is sent: Zenodo may save an unknown one, and then fail to
 * show the draft.
 */
export interface VocabularyId {
  vocabulary: LargeVocabulary;
  id: string;
}

type ListEntry = Record<string, unknown>;

/** Where their entries stand: in a list of a field, or deeper in each entry of it. */
const PLACES: readonly [field: RegExp, inside: string, vocabulary: LargeVocabulary][] = [
  [/^metadata\.(?:creators|contributors)/, 'affiliations', 'affiliations'],
  [/^metadata\.funding/, 'funder', 'funders'],
  [/^metadata\.funding/, 'award', 'awards'],
  [/^metadata\.subjects/, '', 'subjects'],
  [/^custom_fields\.code:programmingLanguage/, '', 'programmingLanguages'],
];

/** The ids in a mapping, without duplicates. */
export function vocabularyIds(mapping: Mapping): VocabularyId[] {
  const found = new Map<string, VocabularyId>();
  visit(mapping, (vocabulary, entry) => {
    const { id } = entry;
    if (typeof id === 'string') found.set(keyFor(vocabulary, id), { vocabulary, id });
    return entry;
  });
  return [...found.values()];
}

/**
 * Keeps the id of each entry if Zenodo has it, else the texts next to it, with a warning. An entry
 * whose texts have no field is removed, and so is an affiliation whose name is there already, which
 * Zenodo reports as a duplicate. `known`: the keys of ids that Zenodo has, as keyFor returns them.
 */
export function replaceUnknownIds(mapping: Mapping, known: ReadonlySet<string>): void {
  const into = new Mapper(mapping);
  visit(mapping, (vocabulary, entry, path) => {
    const { id, ...words } = entry;
    if (typeof id !== 'string') return entry;
    if (known.has(keyFor(vocabulary, id))) return { id };
    const [word] = Object.values(words);
    if (vocabulary === 'programmingLanguages' && word !== undefined)
      return into.warn(path, `Zenodo has no programming language “${word}”, so it was left out.`);
    if (vocabulary === 'programmingLanguages')
      return into.fault(`${path}.id`, `Zenodo has no programming language ${id}`) ?? entry;
    const isInstitution = vocabulary === 'affiliations' || vocabulary === 'funders';
    if (word === undefined && isInstitution && readRor(id) === null)
      return into.fault(`${path}${vocabulary === 'funders' ? '.funder' : ''}.id`, NO_ROR) ?? entry;
    const instead = word === undefined ? wordsFor(vocabulary, id) : words;
    const what = isInstitution ? 'ROR id' : vocabulary.slice(0, -1);
    const sent = JSON.stringify(Object.values(instead)[0]);
    into.warn(path, `Zenodo does not know the ${what} ${id}; ${sent} was sent instead.`);
    return instead;
  });
}

const NO_ROR = 'is no ROR id: expected 0 and eight more characters, or the address';

/** What an id is remembered under: ids are unique in their vocabulary only. */
export function keyFor(vocabulary: LargeVocabulary, id: string): string {
  return `${vocabulary} ${id}`;
}

function wordsFor(vocabulary: LargeVocabulary, id: string): ListEntry {
  if (vocabulary === 'awards') return { number: id.slice(id.lastIndexOf(':') + 1) };
  return vocabulary === 'subjects' ? { subject: id } : { name: `https://ror.org/${id}` };
}

/** Replaces every entry of these vocabularies by the result of `change`. */
function visit(
  mapping: Mapping,
  change: (vocabulary: LargeVocabulary, entry: ListEntry, path: string) => ListEntry | null,
): void {
  const changeIn = (key: string, { value, ...base }: Setting): unknown =>
    PLACES.filter(([field]) => field.test(key)).reduce((list: unknown, [, inside, vocabulary]) => {
      const each = (entries: unknown, prefix: string) => {
        if (!Array.isArray(entries)) return entries;
        const changed = entries.flatMap((entry: unknown, index) =>
          isObject(entry)
            ? (change(vocabulary, entry, originIn({ value, ...base }, `${prefix}${index}`)) ?? [])
            : [entry],
        );
        return vocabulary === 'affiliations' ? withoutDuplicates(changed) : changed;
      };
      if (inside === '' || !Array.isArray(list)) return each(list, '');
      return list.map((entry: unknown, index) => {
        if (!isObject(entry)) return entry;
        const inner = entry[inside];
        const at = originIn({ value, ...base }, String(index));
        if (Array.isArray(inner)) return { ...entry, [inside]: each(inner, `${index}.${inside}.`) };
        return isObject(inner) ? { ...entry, [inside]: change(vocabulary, inner, at) } : entry;
      });
    }, value);
  for (const fields of [mapping.set, mapping.defaults]) {
    for (const [key, setting] of Object.entries(fields)) setting.value = changeIn(key, setting);
  }
  for (const [key, entries] of Object.entries(mapping.add)) {
    for (const entry of entries) {
      const changed = changeIn(key, asList([entry], entry.path));
      if (Array.isArray(changed)) entry.value = changed[0];
    }
  }
}

function withoutDuplicates(entries: unknown[]): unknown[] {
  return [...new Map(entries.map((entry) => [JSON.stringify(entry), entry])).values()];
}
