import { extname } from 'node:path';
import { quoteKey } from '../files/representation.js';
import type { Deposition, FileEntry, RecordState } from '../store/model.js';

/** The address of a draft's or record's files, without a trailing slash. */
export function filesUrl(origin: string, deposition: Deposition, state: RecordState): string {
  const draft = state === deposition.draft ? '/draft' : '';
  return `${origin}/api/records/${deposition.id}${draft}/files`;
}

/**
 * A file in the file endpoints of the records API
 * (`inveniosoftware/invenio-records-resources:invenio_records_resources/services/files/schema.py`,
 * with keys in the order of recorded responses). Pending files have neither bytes nor ids. Those of
 * drafts can be committed.
 */
export function fileEntry(
  origin: string,
  deposition: Deposition,
  state: RecordState,
  file: FileEntry,
): Record<string, unknown> {
  const self = `${filesUrl(origin, deposition, state)}/${quoteKey(file.key)}`;
  const completed = file.status === 'completed';
  return {
    created: file.created,
    updated: file.updated,
    ...(completed && {
      mimetype: file.mimetype,
      version_id: file.versionId,
      file_id: file.fileId,
      bucket_id: state.bucketId,
    }),
    metadata: null,
    access: { hidden: false },
    links: {
      self,
      content: `${self}/content`,
      ...(state === deposition.draft && { commit: `${self}/commit` }),
    },
    key: file.key,
    transfer: { type: 'L' },
    status: file.status,
    ...(completed && { checksum: `md5:${file.md5}`, size: file.size, storage_class: 'L' }),
  };
}

/** The list of files: an object, unlike the array of the legacy API. */
export function fileList(
  origin: string,
  deposition: Deposition,
  state: RecordState,
  files: readonly FileEntry[] = state.files,
): Record<string, unknown> {
  const self = filesUrl(origin, deposition, state);
  return {
    enabled: state.filesEnabled,
    links: { self, archive: `${self}-archive` },
    ...(state.filesEnabled && {
      entries: files.map((file) => fileEntry(origin, deposition, state, file)),
      default_preview: state.defaultPreview ?? null,
      order: [],
    }),
  };
}

/**
 * The `files` of a record in RDM JSON: completed files by their keys. `entries` is missing for
 * readers who may not see them.
 */
export function filesSummary(
  origin: string,
  deposition: Deposition,
  state: RecordState,
  readable: boolean,
): Record<string, unknown> {
  const files = state.files.filter(({ status }) => status === 'completed');
  const entries = files.map((file) => {
    const { metadata, access, links } = fileEntry(origin, deposition, state, file);
    const entry = {
      id: file.fileId,
      checksum: `md5:${file.md5}`,
      ext: extname(file.key).slice(1).toLowerCase(),
      size: file.size,
      mimetype: file.mimetype,
      storage_class: 'L',
      key: file.key,
      metadata,
      access,
      links,
    };
    return [file.key, entry];
  });
  return {
    enabled: state.filesEnabled,
    ...(readable && {
      ...(state.defaultPreview !== undefined && { default_preview: state.defaultPreview }),
      order: [],
      count: files.length,
      total_bytes: files.reduce((sum, { size }) => sum + size, 0),
      entries: Object.fromEntries(entries),
    }),
  };
}
