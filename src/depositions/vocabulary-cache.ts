import { keyFor, type VocabularyId } from '../metadata/vocabulary-ids.js';
import { isAhead } from '../time.js';
import type { RecordsApi } from '../zenodo/records-api.js';

/**
 * How long an answer is kept, and how many are. Milliseconds. A missing entry may soon be added.
 */
const KNOWN = 24 * 60 * 60 * 1000;
const UNKNOWN = 10 * 60 * 1000;
const KEPT = 10_000;

/** Answers of Zenodo's large vocabularies. They are the same for all callers. */
export class VocabularyCache {
  readonly #answers = new Map<string, { has: boolean; until: number }>();

  /** Whether Zenodo has an entry. Throws what the request throws. */
  async has(records: RecordsApi, { vocabulary, id }: VocabularyId, now: number): Promise<boolean> {
    const key = keyFor(vocabulary, id);
    const answer = this.#answers.get(key);
    if (answer !== undefined && isAhead(answer.until, now, KNOWN)) return answer.has;
    const has = await records.hasEntry(vocabulary, id);
    if (this.#answers.size >= KEPT) this.#answers.clear();
    this.#answers.set(key, { has, until: now + (has ? KNOWN : UNKNOWN) });
    return has;
  }
}
