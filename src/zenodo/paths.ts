import type { ZenodoDeposition } from './deposition.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The constant segments of Zenodo's paths. */
const WORDS = new Set([
  ...[
    '',
    'oauth',
    'token',
    'api',
    'deposit',
    'depositions',
    'files',
    'records',
    'draft',
    'versions',
    'pids',
    'doi',
  ],
  ...[
    'actions',
    'publish',
    'edit',
    'discard',
    'newversion',
    'files-import',
    'communities',
    'vocabularies',
    'affiliations',
    'funders',
    'awards',
    'subjects',
    'users',
  ],
]);

/** Whether a text can be one segment of a path at Zenodo. */
export function isPathSegment(text: string): boolean {
  return !['', '.', '..'].includes(text) && !text.includes('/');
}

/**
 * The only builder of Zenodo paths. Each segment is percent-encoded, so a caller's text cannot
 * leave its segment. Throws a TypeError for segments that are empty, `.`, `..` or contain a slash
 * (a slash in a bucket key does not route, zenodo/zenodo#2479).
 */
export function zenodoPath(...segments: (string | number)[]): string {
  const parts = segments.map(String);
  if (!parts.every(isPathSegment)) throw new TypeError('not a path segment at Zenodo');
  return `/${parts.map(encodeURIComponent).join('/')}`;
}

/** Path of a deposition, or of something below it. */
export function depositionPath(id: number, ...rest: string[]): string {
  if (!Number.isSafeInteger(id) || id < 0) throw new TypeError('not a deposition id');
  return zenodoPath('api', 'deposit', 'depositions', id, ...rest);
}

/** Path of one file in a bucket. */
export function bucketPath(bucketId: string, name: string): string {
  if (!UUID.test(bucketId)) throw new TypeError('not a bucket id');
  return zenodoPath('api', 'files', bucketId, name);
}

/** Path in the older files endpoint, which deletes by id; null if that is no id of a file. */
export function depositionFilePath(id: number, fileId: string): string | null {
  return UUID.test(fileId) ? depositionPath(id, 'files', fileId) : null;
}

/**
 * The pattern of a path, for logs and metrics: variable segments become `:id`, file names `:name`.
 */
export function patternOf(path: string): string {
  if (path.startsWith('/api/files/')) return '/api/files/:id/:name';
  return path
    .split('/')
    .map((part) => (WORDS.has(part) ? part : ':id'))
    .join('/');
}

/** Path of a record in the records API, or of something below it. */
export function recordPath(id: number, ...rest: string[]): string {
  if (!Number.isSafeInteger(id) || id < 0) throw new TypeError('not a record id');
  return zenodoPath('api', 'records', id, ...rest);
}

/**
 * The bucket id in `links.bucket`. Null if there is no link, or if it leads to another origin than
 * Zenodo's (zenodo/zenodo#2286): a token must never follow it there.
 */
export function bucketIdOf({ links }: Pick<ZenodoDeposition, 'links'>, origin: string): string | null {
  const link = links['bucket'];
  if (typeof link !== 'string' || !URL.canParse(link)) return null;
  const url = new URL(link);
  const match = /^\/api\/files\/([^/]+)\/?$/.exec(url.pathname);
  const id = match?.[1] ?? '';
  return url.origin === origin && UUID.test(id) ? id : null;
}

/** The deposition or record that a path is about; undefined if it names none. */
export function depositionIdIn(path: string): number | undefined {
  const id = /^\/api\/(?:deposit\/depositions|records)\/(\d+)(?:\/|$)/.exec(path)?.[1];
  return id === undefined ? undefined : Number(id);
}
