import type { Store } from '../store/store.js';
import type { Fields } from './checks.js';
import { AFFILIATIONS } from './vocabularies/affiliations.js';
import { awardNamed } from './vocabularies/awards.js';
import { funderIdentifiers, funderName, isFunder } from './vocabularies/funders.js';
import { SUBJECTS } from './vocabularies/subjects.js';

/**
 * What a record shows of the entries that it refers to
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/records/api.py`).
 */
const SHOWN = {
  affiliations: ['name', 'identifiers'],
  funders: ['name', 'identifiers'],
  awards: ['number', 'title', 'identifiers', 'acronym', 'program'],
  subjects: ['scheme', 'subject', 'props', 'identifiers'],
} as const;

type Vocabulary = keyof typeof SHOWN;

/**
 * What a record shows of an entry of a vocabulary that seeds can extend. Undefined if there is no
 * such entry. A seeded entry replaces the one with the same id, as in searches.
 */
export function entryOf(store: Store, vocabulary: Vocabulary, id: string): Fields | undefined {
  const seeded = store.vocabularies.get(vocabulary)?.find((entry) => entry.id === id);
  const entry: Fields | undefined = seeded ?? own(vocabulary, id);
  if (entry === undefined) return undefined;
  const keys = SHOWN[vocabulary].filter((key) => entry[key] !== undefined);
  return Object.fromEntries(keys.map((key) => [key, entry[key]]));
}

/** An entry that every mock has. */
function own(vocabulary: Vocabulary, id: string): Fields | undefined {
  switch (vocabulary) {
    case 'affiliations':
      return copy(AFFILIATIONS.get(id));
    case 'subjects':
      return copy(SUBJECTS.get(id));
    case 'funders':
      return isFunder(id) ? { ...funderName(id), identifiers: funderIdentifiers(id) } : undefined;
    case 'awards': {
      const known = awardNamed(id);
      if (known === undefined) return undefined;
      const { title, identifiers } = known;
      return {
        ...known,
        title: title === undefined ? undefined : { en: title },
        identifiers: identifiers.length === 0 ? undefined : identifiers,
      };
    }
  }
}

function copy(entry: object | undefined): Fields | undefined {
  return entry && { ...entry };
}
