import type { MockContext } from '../context.js';
import { quoteKey } from '../files/representation.js';
import type { Deposition, RecordState } from '../store/model.js';
import { filesUrl } from './file-entries.js';
import { legacyHead } from './legacy-head.js';
import { recordLinks } from './record-links.js';
import { zenodoUsage } from './usage.js';
import { zenodoMetadata } from './zenodo-metadata.js';

/**
 * A draft or record in Zenodo's own JSON, with keys in the order of
 * `zenodo/zenodo-rdm:site/zenodo_rdm/legacy/serializers/schemas/zenodojson.py`. `readable` says
 * whether the reader may see its files.
 */
export function zenodoRecord(
  origin: string,
  mock: MockContext,
  deposition: Deposition,
  state: RecordState,
  readable: boolean,
): Record<string, unknown> {
  const draft = state === deposition.draft;
  const published = deposition.record !== null;
  const title = state.metadata['title'];
  return {
    ...legacyHead(mock, deposition, state),
    metadata: zenodoMetadata(mock, deposition, state),
    title: typeof title === 'string' ? title : '',
    links: recordLinks(origin, mock, deposition, state),
    updated: state.updated,
    recid: String(deposition.id),
    revision: state.revision,
    files: readable ? files(filesUrl(origin, deposition, state), state) : [],
    ...(!draft && { swh: {} }),
    owners: [{ id: String(deposition.ownerId) }],
    status: draft ? 'draft' : 'published',
    ...(!draft && { stats: zenodoUsage() }),
    state: draft ? (published ? 'inprogress' : 'unsubmitted') : 'done',
    submitted: published,
  };
}

function files(url: string, state: RecordState): Record<string, unknown>[] {
  return state.files
    .filter(({ status }) => status === 'completed')
    .map((file) => ({
      id: file.fileId,
      key: file.key,
      size: file.size,
      checksum: `md5:${file.md5}`,
      links: { self: `${url}/${quoteKey(file.key)}/content` },
    }));
}
