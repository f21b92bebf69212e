const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The words that Zenodo's paths are made of. */
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

/**
 * The only builder of paths at Zenodo: each segment is percent-encoded, so nothing a caller sends
 * can leave its place. Throws a TypeError for segments that are empty, `.`, `..` or hold a slash (a
 * slash in a bucket key does not route, zenodo/zenodo#2479).
 */
export function zenodoPath(...segments: (string | number)[]): string {
  const parts = segments.map(String);
  for (const part of parts) {
    if (part === '' || part === '.' || part === '..' || part.includes('/')) {
      throw new TypeError('not a path segment at Zenodo');
    }
  }
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

/** Path of a file of the older files endpoint, which is the one that deletes by id. */
export function depositionFilePath(id: number, fileId: string): string {
  if (!UUID.test(fileId)) throw new TypeError('not a file id');
  return depositionPath(id, 'files', fileId);
}

/**
 * A path without what it is about, for logs and metrics: whatever is no word of Zenodo's own
 * becomes `:id`, names of files `:name`.
 */
export function patternOf(path: string): string {
  if (path.startsWith('/api/files/')) return '/api/files/:id/:name';
  return path
    .split('/')
    .map((part) => (WORDS.has(part) ? part : ':id'))
    .join('/');
}

/** Path of a record of the newer dialect, or of something below it. */
export function recordPath(id: number, ...rest: string[]): string {
  if (!Number.isSafeInteger(id) || id < 0) throw new TypeError('not a record id');
  return zenodoPath('api', 'records', id, ...rest);
}

/**
 * The bucket id out of `links.bucket`, or null if there is no link, or it leads to another origin
 * than Zenodo's (zenodo/zenodo#2286; a token must never follow it there).
 */
export function bucketIdOf(link: string | undefined, origin: string): string | null {
  if (link === undefined || !URL.canParse(link)) return null;
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
