import type { MockContext } from '../context.js';
import type { Deposition, RecordState } from '../store/model.js';

const THUMBNAIL_SIZES = [10, 50, 100, 250, 750, 1200];
const IMAGE = /\.(?:gif|jpe?g|jp2|png|tiff?)$/i;

/**
 * The links of a deposition. Without a draft, they lead to the records API
 * (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/services.py`). `latest_draft` names the deposition
 * itself (zenodo/zenodo-rdm#858).
 */
export function depositionLinks(
  origin: string,
  mock: MockContext,
  deposition: Deposition,
  state: RecordState,
  { bucket, latestDraft }: { bucket: boolean; latestDraft: number },
): Record<string, unknown> {
  const { id } = deposition;
  const published = deposition.draft === null;
  const deposit = `${origin}/api/deposit/depositions/${id}`;
  const record = `${origin}/api/records/${id}`;
  const doi = state.pids['doi']?.identifier;
  const conceptDoi = published ? mock.store.concepts.get(deposition.conceptId)?.conceptDoi : null;
  const badge = (name: string) => `${origin}/badge/doi/${encodeURIComponent(name)}.svg`;
  const image = state.files.some((file) => IMAGE.test(file.key));
  const thumb = (size: number) => `${origin}/record/${id}/thumb${size}`;
  return {
    self: published ? record : deposit,
    html: published ? `${origin}/records/${id}` : `${origin}/deposit/${id}`,
    ...(doi && { doi: `https://doi.org/${doi}` }),
    ...(conceptDoi && { parent_doi: `https://doi.org/${conceptDoi}` }),
    badge: badge(doi ?? ''),
    ...(conceptDoi && { conceptbadge: badge(conceptDoi) }),
    files: `${published ? record : deposit}/files`,
    ...(bucket && { bucket: `${origin}/api/files/${state.bucketId}` }),
    ...(image && {
      thumb250: thumb(250),
      thumbs: Object.fromEntries(THUMBNAIL_SIZES.map((size) => [String(size), thumb(size)])),
    }),
    latest_draft: `${origin}/api/deposit/depositions/${latestDraft}`,
    latest_draft_html: `${origin}/deposit/${latestDraft}`,
    publish: `${deposit}/actions/publish`,
    edit: `${deposit}/actions/edit`,
    discard: `${deposit}/actions/discard`,
    newversion: `${deposit}/actions/newversion`,
    ...(deposition.record !== null && {
      record,
      record_html: `${origin}/record/${id}`,
      latest: `${record}/versions/latest`,
      latest_html: `${origin}/records/${id}/latest`,
    }),
  };
}
