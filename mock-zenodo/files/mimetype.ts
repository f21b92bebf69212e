import { extname } from 'node:path';

const BINARY = 'application/octet-stream';

/** The types of Python's `mimetypes` that researchers deposit. */
const BY_EXTENSION = new Map(
  Object.entries({
    'application/json': 'json',
    'application/pdf': 'pdf',
    'application/zip': 'zip',
    'application/x-tar': 'tar',
    'application/x-7z-compressed': '7z',
    'application/vnd.rar': 'rar',
    'application/x-hdf5': 'h5',
    'application/x-hdf': 'hdf',
    'application/x-netcdf': 'nc cdf',
    'application/x-sh': 'sh',
    'application/x-tex': 'tex',
    'application/x-latex': 'latex',
    'application/postscript': 'ps eps ai',
    'application/rtf': 'rtf',
    'application/sql': 'sql',
    'application/msword': 'doc dot',
    'application/vnd.ms-excel': 'xls xlb',
    'application/vnd.ms-powerpoint': 'ppt pot pps',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
    'application/vnd.openxmlformats-officedocument.presentationml.presentation': 'pptx',
    'application/vnd.oasis.opendocument.text': 'odt',
    'application/vnd.oasis.opendocument.spreadsheet': 'ods',
    'application/epub+zip': 'epub',
    'application/wasm': 'wasm',
    'application/xml': 'xsl rdf wsdl',
    'application/x-yaml': 'yaml yml',
    'audio/mpeg': 'mp3 mp2',
    'audio/ogg': 'ogg oga',
    'audio/x-wav': 'wav',
    'audio/flac': 'flac',
    'image/gif': 'gif',
    'image/jpeg': 'jpg jpeg jpe',
    'image/png': 'png',
    'image/tiff': 'tif tiff',
    'image/svg+xml': 'svg',
    'image/bmp': 'bmp',
    'image/webp': 'webp',
    'text/css': 'css',
    'text/csv': 'csv',
    'text/html': 'html htm',
    'text/javascript': 'js mjs',
    'text/markdown': 'md markdown',
    'text/plain': 'txt bat c h ksh pl srt log',
    'text/tab-separated-values': 'tsv',
    'text/x-python': 'py',
    'text/xml': 'xml',
    'video/mp4': 'mp4 m4v',
    'video/mpeg': 'mpeg mpg mpe',
    'video/quicktime': 'mov qt',
    'video/webm': 'webm',
    'video/x-msvideo': 'avi',
  }).flatMap(([type, extensions]) => extensions.split(' ').map((extension) => [`.${extension}`, type])),
);

const BY_COMPRESSION = new Map([
  ['.gz', 'application/gzip'],
  ['.tgz', 'application/gzip'],
  ['.z', 'application/gzip'],
  ['.bz2', 'application/x-bzip2'],
  ['.xz', 'application/x-xz'],
]);

/** Media types that browsers may show unchanged. */
const HARMLESS = new Set([
  'audio/mpeg',
  'audio/ogg',
  'audio/wav',
  'audio/webm',
  'image/gif',
  'image/jpeg',
  'image/png',
  'image/tiff',
  'text/plain',
]);

/** Media types that are shown as text, so that nothing in them runs. */
const SHOWN_AS_TEXT = new Set([
  'application/javascript',
  'application/json',
  'application/xhtml+xml',
  'application/xml',
  'text/css',
  'text/csv',
  'text/html',
  'text/javascript',
  'text/xml',
  'image/svg+xml',
]);

/**
 * The media type that Zenodo guesses from a key. The type in the request is ignored
 * (`inveniosoftware/invenio-files-rest:invenio_files_rest/models.py`).
 */
export function mimetypeOf(key: string): string {
  const extension = extname(key).toLowerCase();
  return BY_COMPRESSION.get(extension) ?? BY_EXTENSION.get(extension) ?? BINARY;
}

/**
 * The media type that Python's `mimetypes` guesses from a key. For a compressed file, it is that of
 * the content.
 */
export function guessedTypeOf(key: string): string | undefined {
  const extension = extname(key);
  if (/^\.tgz$/i.test(extension)) return 'application/x-tar';
  const inside = BY_COMPRESSION.has(extension.toLowerCase()) ? key.slice(0, -extension.length) : key;
  return BY_EXTENSION.get(extname(inside).toLowerCase());
}

/**
 * The media type of a download. Risky ones become text, unknown ones bytes
 * (`inveniosoftware/invenio-files-rest:invenio_files_rest/helpers.py`).
 */
export function downloadTypeOf(mimetype: string): string {
  if (HARMLESS.has(mimetype)) return mimetype;
  return SHOWN_AS_TEXT.has(mimetype) ? 'text/plain' : BINARY;
}
