import { readRor } from './identifiers.js';
import { fault, type Mapping, type Setting, warn } from './mapping.js';
import { isObject } from './values.js';

/** Vocabularies that are too large to be known here. */
type LargeVocabulary = 'affiliations' | 'funders' | 'awards' | 'subjects' | 'programmingLanguages';

/**
 * An id that must be looked up before it is sent: Zenodo may save one that it does not have, and
 * then cannot show the draft any more.
 */
export interface VocabularyId {
  vocabulary: LargeVocabulary;
  id: string;
}

type Entry = Record<string, unknown>;

/** The ids that a mapping names, each once. */
export function vocabularyIds(mapping: Mapping): VocabularyId[] {
  const found = new Map<string, VocabularyId>();
  visit(mapping, (vocabulary, entry) => {
    if (typeof entry['id'] === 'string')
      found.set(keyFor(vocabulary, entry['id']), { vocabulary, id: entry['id'] });
    return entry;
  });
  return [...found.values()];
}

/**
 * Leaves of each entry the id if Zenodo has it, else the words beside it, and says so; where words
 * have no place the entry goes. `known`: the keys of ids that Zenodo has, as keyFor makes them.
 */
export function settleIds(mapping: Mapping, known: ReadonlySet<string>): void {
  visit(mapping, (vocabulary, entry, path) => {
    const { id, ...words } = entry;
    if (typeof id !== 'string') return entry;
    if (known.has(keyFor(vocabulary, id))) return { id };
    if (vocabulary === 'programmingLanguages') {
      if (Object.keys(words).length === 0) {
        fault(mapping, `${path}.id`, `Zenodo has no programming language ${id}`);
        return { id };
      }
      const [word] = Object.values(words);
      warn(mapping, path, `Zenodo has no programming language “${word}”, so it was left out.`);
      return null;
    }
    const isAlone = Object.keys(words).length === 0;
    if (isAlone && (vocabulary === 'affiliations' || vocabulary === 'funders') && readRor(id) === null) {
      const at = vocabulary === 'funders' ? `${path}.funder.id` : `${path}.id`;
      fault(mapping, at, 'is no ROR id: expected 0 and eight more characters, or the address');
      return entry;
    }
    const instead = isAlone ? wordsFor(vocabulary, id) : words;
    const what = vocabulary === 'awards' ? 'award' : vocabulary === 'subjects' ? 'subject' : 'ROR id';
    warn(
      mapping,
      path,
      `Zenodo does not know the ${what} ${id}; ${JSON.stringify(Object.values(instead)[0])} was sent instead.`,
    );
    return instead;
  });
}

export function keyFor(vocabulary: LargeVocabulary, id: string): string {
  return `${vocabulary} ${id}`;
}

function wordsFor(vocabulary: LargeVocabulary, id: string): Entry {
  if (vocabulary === 'awards') return { number: id.slice(id.lastIndexOf(':') + 1) };
  return vocabulary === 'subjects' ? { subject: id } : { name: `https://ror.org/${id}` };
}

/** Replaces every entry of these vocabularies by what `change` makes of it. */
function visit(
  mapping: Mapping,
  change: (vocabulary: LargeVocabulary, entry: Entry, path: string) => Entry | null,
): void {
  const inList = (
    list: unknown,
    one: (entry: Entry, at: string) => Entry | null,
    base: Setting,
    prefix = '',
  ) =>
    Array.isArray(list)
      ? list.flatMap((entry: unknown, index) =>
          isObject(entry) ? (one(entry, originIn(base, `${prefix}${index}`)) ?? []) : [entry],
        )
      : list;
  const person = (who: Entry, base: Setting, prefix: string): Entry =>
    who['affiliations'] === undefined
      ? who
      : {
          ...who,
          affiliations: inList(
            who['affiliations'],
            (entry, at) => change('affiliations', entry, at),
            base,
            `${prefix}affiliations.`,
          ),
        };
  const funding = ({ funder, award, ...rest }: Entry, at: string): Entry => ({
    ...rest,
    ...(isObject(funder) ? { funder: change('funders', funder, at) } : {}),
    ...(isObject(award) ? { award: change('awards', award, at) } : {}),
  });
  const settle = (key: string, setting: Setting, isEntry: boolean): unknown => {
    const [field] = key.replace(/^(?:metadata|custom_fields)\./, '').split('#');
    const list = isEntry ? [setting.value] : setting.value;
    const prefix = (index: number) => (isEntry ? '' : `${index}.`);
    if (field === 'creators' || field === 'contributors') {
      return Array.isArray(list)
        ? list.map((who: unknown, index) => (isObject(who) ? person(who, setting, prefix(index)) : who))
        : list;
    }
    if (field === 'funding') return inList(list, funding, setting);
    if (field === 'code:programmingLanguage')
      return inList(list, (entry, at) => change('programmingLanguages', entry, at), setting);
    return field === 'subjects' ? inList(list, (entry, at) => change('subjects', entry, at), setting) : list;
  };
  for (const fields of [mapping.set, mapping.defaults]) {
    for (const [key, setting] of Object.entries(fields)) setting.value = settle(key, setting, false);
  }
  for (const [key, entries] of Object.entries(mapping.add)) {
    for (const entry of entries) {
      const settled = settle(key, entry, true);
      if (Array.isArray(settled)) entry.value = settled[0];
    }
  }
}

/** Where a part of a setting was written: the longest path that is known, and the rest as it is. */
export function originIn({ inner = {}, path }: Setting, key: string): string {
  const parts = key.split('.');
  for (let length = parts.length; length > 0; length -= 1) {
    const origin = inner[parts.slice(0, length).join('.')];
    if (origin !== undefined) return [origin, ...parts.slice(length)].join('.');
  }
  return key === '' ? path : `${path}.${key}`;
}
