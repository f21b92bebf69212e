import type { RecordState } from '../store/model.js';
import { type Fields, isObject, list, object, type Report, text } from './checks.js';

/** What a save may say about the files themselves. */
export interface FileOptions {
  /** Key of the file that the record's page shows first. */
  defaultPreview: string | undefined;
}

const filesSchema = object({
  enabled: (value, path, report) => {
    if (typeof value === 'boolean') return value;
    report(path, value === null ? 'Field may not be null.' : 'Not a valid boolean.');
    return undefined;
  },
  default_preview: (value, path, report) => (value === null ? undefined : text()(value, path, report)),
  order: list(text()),
});

/** Properties of files in responses, which are silently accepted in requests. */
const SHOWN = new Set(['count', 'total_bytes', 'entries']);

/**
 * The options of a draft's files
 * (`inveniosoftware/invenio-drafts-resources:invenio_drafts_resources/services/records/components/base.py`).
 * Nobody may disable files (`zenodo/zenodo-rdm:invenio.cfg`, RDM_ALLOW_METADATA_ONLY_RECORDS). A
 * preview must be a file of the draft. Without a draft, one is being created.
 */
export function acceptFiles(input: Fields, draft: RecordState | undefined, report: Report): FileOptions {
  const sent = Object.fromEntries(Object.entries(input).filter(([name]) => !SHOWN.has(name)));
  const kept = filesSchema(sent, 'files', report);
  const { enabled = true, default_preview: preview } = isObject(kept) ? kept : {};
  if (enabled !== true) {
    report('files.enabled', "You don't have permissions to manage files options.");
    return { defaultPreview: draft?.defaultPreview };
  }
  if (draft === undefined) return { defaultPreview: undefined };
  if (draft.files.length === 0) report('files.enabled', 'Missing uploaded files.');
  if (typeof preview !== 'string' || preview === '') return { defaultPreview: undefined };
  if (draft.files.some(({ key }) => key === preview)) return { defaultPreview: preview };
  report('files.default_preview', `File with key ${preview} does not exist.`);
  return { defaultPreview: draft.defaultPreview };
}
