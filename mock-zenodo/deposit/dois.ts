import type { MockContext } from '../context.js';
import type { Deposition, RecordState } from '../store/model.js';

/** The prefix of registered DOIs. The sandbox has its own. */
export function doiPrefix(mock: MockContext): string {
  return mock.options.sandbox ? '10.5072' : '10.5281';
}

/** The DOI that Zenodo gives to a record or concept. */
export function ownDoi(mock: MockContext, id: number): string {
  return `${doiPrefix(mock)}/zenodo.${id}`;
}

/**
 * Gives a draft that is being published its DOI and, unless the DOI is an external one, that of its
 * concept.
 */
export function registerDois(mock: MockContext, deposition: Deposition, draft: RecordState): void {
  draft.pids['doi'] ??= deposition.record?.pids['doi'] ?? {
    identifier: ownDoi(mock, deposition.id),
    provider: 'datacite',
    client: 'datacite',
  };
  const concept = mock.store.concepts.get(deposition.conceptId);
  if (concept && draft.pids['doi'].provider === 'datacite') {
    concept.conceptDoi ??= ownDoi(mock, deposition.conceptId);
  }
}
