import { keyFor, type VocabularyId } from '../metadata/vocabulary-ids.js';
import type { RecordsApi } from '../zenodo/records-api.js';

/**
 * How long an answer of a vocabulary's counts, and how many are kept. Milliseconds. What is not
 * there may be added soon.
 */
const KNOWN = 24 * 60 * 60 * 1000;
const UNKNOWN = 10 * 60 * 1000;
const KEPT = 10_000;

/** What Zenodo's large vocabularies have been asked, by any caller: they are the same for all. */
export class VocabularyCache {
  readonly #answers = new Map<string, { has: boolean; until: number }>();

  /** Whether Zenodo has an entry. Throws what the call throws. */
  async has(records: RecordsApi, { vocabulary, id }: VocabularyId, now: number): Promise<boolean> {
    const key = keyFor(vocabulary, id);
    const answer = this.#answers.get(key);
    if (answer !== undefined && answer.until > now) return answer.has;
    const has = await records.hasEntry(vocabulary, id);
    if (this.#answers.size >= KEPT) this.#answers.clear();
    this.#answers.set(key, { has, until: now + (has ? KNOWN : UNKNOWN) });
    return has;
  }
}
