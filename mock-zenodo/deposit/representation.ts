import type { MockContext } from '../context.js';
import { depositionFile } from '../files/representation.js';
import { rdmToLegacy } from '../metadata/legacy-out.js';
import { legacyHead } from '../records/legacy-head.js';
import { shownToReaders } from '../records/shown.js';
import type { Deposition, RecordState } from '../store/model.js';
import { communitySlugs } from './communities.js';
import { depositionLinks } from './links.js';

/** The state that a deposition shows: its draft if there is one, or else the published record. */
export function shownState(deposition: Deposition): RecordState {
  const state = deposition.draft ?? deposition.record;
  if (state === null) throw new Error(`deposition ${deposition.id} has neither draft nor record`);
  return state;
}

/** The state that a published deposition shows to everyone, whatever its draft says. */
export function publishedState(deposition: Deposition): RecordState {
  if (deposition.record === null) throw new Error(`deposition ${deposition.id} is not published`);
  return deposition.record;
}

/**
 * A deposition as the legacy API shows it, with keys in the order of
 * `zenodo/zenodo-rdm:site/zenodo_rdm/legacy/serializers/schemas/legacyjson.py`. References are
 * resolved except in the response to a save. Items of listings lack the bucket
 * (zenodo/zenodo-rdm#639). `latestDraft` is the id in `latest_draft`: its own, unless the old
 * platform is imitated.
 */
export function depositionJson(
  origin: string,
  mock: MockContext,
  deposition: Deposition,
  {
    listing = false,
    latestDraft = deposition.id,
    dereferenced = true,
  }: { listing?: boolean; latestDraft?: number; dereferenced?: boolean } = {},
): Record<string, unknown> {
  const state = shownState(deposition);
  const shown = dereferenced ? shownToReaders(mock, deposition, state) : state;
  const title = state.metadata['title'];
  const files = state.files.filter((file) => file.status === 'completed');
  return {
    ...legacyHead(mock, deposition, state),
    metadata: {
      ...rdmToLegacy(shown, communitySlugs(mock, deposition, state)),
      prereserve_doi: { doi: `10.5281/zenodo.${deposition.id}`, recid: deposition.id },
    },
    title: typeof title === 'string' ? title : '',
    links: depositionLinks(origin, mock, deposition, state, { bucket: !listing, latestDraft }),
    record_id: deposition.id,
    owner: deposition.ownerId,
    files: files.map((file) => depositionFile(origin, deposition, file)),
    state: deposition.record === null ? 'unsubmitted' : deposition.draft === null ? 'done' : 'inprogress',
    submitted: deposition.record !== null,
  };
}
