import type { Mapping } from '../metadata/mapping.js';
import type { MetadataCall } from '../metadata/metadata-call.js';
import { keyFor, replaceUnknownIds, vocabularyIds } from '../metadata/vocabulary-ids.js';
import type { Call } from './call.js';
import { today } from './context.js';

/** Concurrent lookups. */
const AT_ONCE = 8;

/**
 * A mapping without ids that Zenodo does not know: Zenodo may save such an id and then fail to show
 * the draft.
 */
export async function lookUp({ context, records }: Call, mapping: Mapping): Promise<Mapping> {
  const ids = vocabularyIds(mapping);
  const known = new Set<string>();
  for (let index = 0; index < ids.length; index += AT_ONCE) {
    const some = ids.slice(index, index + AT_ONCE);
    const found = await Promise.all(some.map((one) => context.vocabularies.has(records, one, context.now())));
    some.forEach((one, at) => {
      if (found[at]) known.add(keyFor(one.vocabulary, one.id));
    });
  }
  replaceUnknownIds(mapping, known);
  return mapping;
}

/** Parses a body in a thread. */
export function readRequest(
  { context, parser }: Call,
  body: Record<string, unknown>,
  row: { manifest: string | null } | null,
  depositionId: number,
): Promise<MetadataCall> {
  const described = { remembered: row?.manifest ?? null, depositionId, today: today(context) };
  return parser.run('readMetadataCall', body, described);
}
