import { problem } from '../../errors.js';
import { md5InHex } from '../intake/announced.js';
import { checkPath, fileFault, quoted } from '../plan/file-names.js';
import type { ArchiveMode } from '../plan/folders-to-zips.js';

/** What a caller says about a file before its bytes. */
export interface TusMetadata {
  /** Relative path with slashes; only the name if it is in no folder. */
  path: string;
  /** Hexadecimal. */
  md5: string | null;
  /** Its upload, if that has several files. */
  uploadId: string | null;
  archive: ArchiveMode;
  /** The header as it was sent, which HEAD has to return (tus 1.0, creation). */
  header: string;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MD5 = /^([0-9a-f]{32}|[a-z0-9+/]{22}==)$/i;
/** `checksum` may name its algorithm, as in `md5:…` (Zenodo) and `md5 …` (`Upload-Checksum`). */
const ALGORITHM = /^([a-z0-9-]+)[:= ]/i;
const BASE64 = /^[a-z0-9+/]*={0,2}$/i;

/**
 * What templates of clients write for a missing value: Uppy sends a relativePath of null as this
 * text.
 */
const NOTHING = new Set(['', 'null', 'undefined', 'None']);

/**
 * Parses `Upload-Metadata` (tus 1.0, creation): comma-separated pairs of a key and a base64 value.
 * Unknown keys are ignored. Throws invalid_request, invalid_file_name.
 */
export function readMetadata(header: string, group: string | undefined): TusMetadata {
  const values = pairsOf(header);
  const meant = (key: string) => {
    const value = values.get(key);
    return value === undefined || NOTHING.has(value) ? null : value;
  };
  const relative = meant('relativePath')?.replace(/^\//, '') ?? null;
  const path = relative ?? meant('filename') ?? meant('name');
  if (path === null) {
    throw problem(
      'invalid_file_name',
      'Send the name of the file as filename in Upload-Metadata. For a file in a folder, send relativePath too.',
      { errors: [{ field: 'upload-metadata', message: 'has no filename' }] },
    );
  }
  checkPath(path);
  const md5 = md5Of(meant, path);
  const uploadId = agreed(meant('upload_id'), group);
  if (uploadId === null && path.includes('/')) {
    throw problem(
      'invalid_request',
      `${quoted(path)} is in a folder. Send all files of the folder with the same upload_id in Upload-Metadata, a UUID that you generate, so that they become one zip.`,
      { errors: [fileFault(path, 'is in a folder but has no upload_id')] },
    );
  }
  const archive = meant('archive') ?? 'zip';
  if (archive !== 'zip' && archive !== 'never') throw invalid('archive must be `zip` or `never`', path);
  return { path, md5, uploadId, archive, header };
}

/**
 * The announced MD5 of the file in hexadecimal; null if there is none. A checksum that cannot be
 * verified is refused, because its sender would believe that it was.
 */
function md5Of(meant: (key: string) => string | null, path: string): string | null {
  const [first = null, second = first] = ['md5', 'checksum'].flatMap((key) => {
    const said = meant(key)?.trim() ?? null;
    if (said === null) return [];
    const algorithm = ALGORITHM.exec(said);
    const sum = said.slice(algorithm?.[0].length ?? 0).trim();
    if (MD5.test(sum) && (algorithm?.[1] ?? 'md5').toLowerCase() === 'md5') return [md5InHex(sum)];
    throw invalid(
      `${key} must be an MD5 checksum in hex or base64, such as md5:…; no other algorithm is compared`,
      path,
    );
  });
  if (first !== second) throw invalid('md5 and checksum must be the same', path);
  return first;
}

function pairsOf(header: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const pair of header.split(',')) {
    const [key = '', value = '', ...more] = pair.trim().split(/ +/);
    if (key === '' && value === '') continue;
    if (more.length > 0 || !BASE64.test(value)) throw invalid(`${quoted(key)} must have a value in base64`);
    if (values.has(key)) throw invalid(`${quoted(key)} occurs twice`);
    values.set(key, textOf(key, value));
  }
  return values;
}

function textOf(key: string, value: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(value, 'base64'));
  } catch (cause) {
    throw invalid(`${quoted(key)} must be text in UTF-8`, undefined, cause);
  }
}

/** The header and the metadata may both name the upload if they agree. */
function agreed(meant: string | null, group: string | undefined): string | null {
  const said = [meant, group?.trim() ?? '']
    .filter((id) => id !== null && id !== '')
    .map((id) => id?.toLowerCase() ?? '');
  const [first = null] = said;
  if (said.some((id) => id !== first || !UUID.test(id))) {
    throw invalid('upload_id must be a UUID, and the same as in the header Upload-Group');
  }
  return first;
}

function invalid(message: string, file?: string, cause?: unknown) {
  const named = file === undefined ? {} : { file };
  return problem(
    'invalid_request',
    `Upload-Metadata cannot be used: ${message}.`,
    { errors: [{ field: 'upload-metadata', ...named, message }] },
    cause,
  );
}
