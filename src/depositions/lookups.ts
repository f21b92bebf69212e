import type { Mapping } from '../metadata/mapping.js';
import type { DescriptionRequest } from '../metadata/request.js';
import { keyFor, settleIds, type VocabularyId, vocabularyIds } from '../metadata/vocabulary-ids.js';
import type { RecordsApi } from '../zenodo/records-api.js';
import { type DraftsContext, today } from './context.js';
import type { Session } from './session.js';

/** How long an answer of a vocabulary's counts, and how many are kept. Milliseconds. What is not there may be added soon. */
const KNOWN = 24 * 60 * 60 * 1000;
const UNKNOWN = 10 * 60 * 1000;
const KEPT = 10_000;

/** As many are looked up at once. */
const AT_ONCE = 8;

/** What Zenodo's large vocabularies have been asked, whoever asked: they are the same for all. */
export class Lookups {
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

/** A mapping in which only such ids are left as Zenodo has, because it may save others and then not show the draft any more. */
export async function lookUp({ context, records }: Session, mapping: Mapping): Promise<Mapping> {
  const ids = vocabularyIds(mapping);
  const known = new Set<string>();
  for (let index = 0; index < ids.length; index += AT_ONCE) {
    const some = ids.slice(index, index + AT_ONCE);
    const found = await Promise.all(some.map((one) => context.lookups.has(records, one, context.now())));
    some.forEach((one, at) => {
      if (found[at]) known.add(keyFor(one.vocabulary, one.id));
    });
  }
  settleIds(mapping, known);
  return mapping;
}

/** Reads a body where it can take its time. */
export function readRequest(
  context: DraftsContext,
  body: Record<string, unknown>,
  row: { manifest: string | null } | null,
  depositionId: number,
): Promise<DescriptionRequest> {
  const described = { remembered: row?.manifest ?? null, depositionId, today: today(context) };
  return context.workers.run('readDescription', body, described);
}
