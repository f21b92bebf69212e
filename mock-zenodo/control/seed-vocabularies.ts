import type { MockContext } from '../context.js';
import type { VocabularyEntry } from '../store/model.js';
import { ControlError } from './control-error.js';
import type { SeedVocabulariesInput } from './seed-schema.js';

/**
 * Adds entries to vocabularies. An entry with a known id replaces the existing one. Throws for an
 * entry without a title or name.
 */
export function addVocabularies(mock: MockContext, wanted: SeedVocabulariesInput): void {
  const { clock, store } = mock;
  for (const [path, entries] of Object.entries(wanted)) {
    const added = entries.map((entry) => described(path, entry, clock.timestamp()));
    const ids = new Set(added.map(({ id }) => id));
    const kept = (store.vocabularies.get(path) ?? []).filter(({ id }) => !ids.has(id));
    store.vocabularies.set(path, [...kept, ...added]);
  }
}

function described(path: string, entry: { id: string }, now: string): VocabularyEntry {
  const { title, name, subject } = entry as Record<string, unknown>;
  const label = typeof name === 'string' ? name : subject;
  const titles = typeof title === 'string' ? { en: title } : title;
  if (!isTitles(titles) && typeof label !== 'string') {
    throw new ControlError(400, `The entry ${entry.id} of ${path} needs a title or a name.`);
  }
  const given = isTitles(titles) ? titles : { en: String(label) };
  const implied = IMPLIED[path]?.(entry.id, given.en);
  return { created: now, updated: now, revision_id: 1, ...implied, ...entry, title: given };
}

/** What records show of entries, where it follows from the id and the title. */
const IMPLIED: Record<string, (id: string, title: string) => object> = {
  affiliations: (_id, name) => ({ name }),
  funders: (_id, name) => ({ name }),
  subjects: (_id, subject) => ({ subject }),
  awards: (id) => ({ number: id.split('::').at(-1) }),
};

function isTitles(value: unknown): value is { en: string } {
  return typeof value === 'object' && value !== null && 'en' in value && typeof value.en === 'string';
}
