import { pythonFloat } from '../json.js';
import type { Deposition, FileEntry } from '../store/model.js';

/**
 * A key as part of a path, quoted as in all of Zenodo's links: slashes stay
 * (`zenodo/zenodo-rdm:site/tests/legacy/test_file_link_serialization.py`).
 */
export function quoteKey(key: string): string {
  return encodeURIComponent(key).replace(/%(?:24|26|2B|2C|2F|3A|3B|3D|40)/g, decodeURIComponent);
}

/**
 * A file in the `files` of a deposition. Links of published depositions lead nowhere useful, as on
 * Zenodo (zenodo/zenodo-rdm#1196).
 */
export function depositionFile(
  origin: string,
  deposition: Deposition,
  file: FileEntry,
): Record<string, unknown> {
  return legacyFile(origin, deposition, file, file.size);
}

/**
 * A file in responses of the old-style endpoints: as in a deposition, but with a float for a size
 * (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/serializers/schemas/files.py`).
 */
export function oldStyleFile(
  origin: string,
  deposition: Deposition,
  file: FileEntry,
): Record<string, unknown> {
  return legacyFile(origin, deposition, file, pythonFloat(file.size));
}

/**
 * The response to a bucket upload
 * (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/serializers/schemas/files.py`).
 */
export function bucketFile(origin: string, bucketId: string, file: FileEntry): Record<string, unknown> {
  const self = `${origin}/api/files/${bucketId}/${quoteKey(file.key)}`;
  return {
    created: file.created,
    updated: file.updated,
    version_id: file.versionId,
    key: file.key,
    size: file.size,
    mimetype: file.mimetype,
    checksum: `md5:${file.md5}`,
    is_head: true,
    delete_marker: false,
    links: { self, version: `${self}?version_id=${file.versionId}`, uploads: `${self}?uploads=1` },
  };
}

function legacyFile(
  origin: string,
  deposition: Deposition,
  file: FileEntry,
  filesize: unknown,
): Record<string, unknown> {
  const record = `${origin}/api/records/${deposition.id}`;
  const base = deposition.draft === null ? record : `${origin}/api/deposit/depositions/${deposition.id}`;
  return {
    id: file.fileId,
    filename: file.key,
    filesize,
    checksum: file.md5,
    links: {
      self: `${base}/files/${file.fileId}`,
      download: `${record}/draft/files/${quoteKey(file.key)}/content`,
    },
  };
}
