/**
 * What a browser keeps of an upload, so that a person who comes back can go on: under its id when
 * it was begun, and behind that, by its mark, where each file went. Each file has an entry of its
 * own, so that the thousandth is kept as fast as the first. It opens nothing without the link's
 * secret.
 */
const PREFIX = 'zenodo-upload:';

/** After so long the service has forgotten the upload as well. Milliseconds. */
const KEPT = 7 * 24 * 60 * 60 * 1000;

export type Memory = ReturnType<typeof openMemory>;

/** The memory of one upload. A browser that keeps nothing forgets at the end of the page. */
export function openMemory(uploadId: string) {
  const key = `${PREFIX}${uploadId}`;
  const urls = new Map(filesOf(uploadId));
  if (!remembers(uploadId)) write(key, String(Date.now()));
  return {
    url: (file: string) => urls.get(file) ?? null,
    keep(file: string, url: string): void {
      urls.set(file, url);
      write(`${key}:${file}`, url);
    },
    /** What was begun, by mark. */
    begun: () => [...urls].map(([mark, url]) => ({ mark, path: pathOf(mark), url })),
    drop(file: string): void {
      urls.delete(file);
      remove([`${key}:${file}`]);
    },
  };
}

/** Whether this browser has begun an upload. */
export function remembers(uploadId: string): boolean {
  return read(`${PREFIX}${uploadId}`) !== null;
}

/** There is nothing to come back to any more. */
export function forget(uploadId: string): void {
  remove([`${PREFIX}${uploadId}`, ...filesOf(uploadId).map(([mark]) => `${PREFIX}${uploadId}:${mark}`)]);
}

/** Forgets what the person never came back to. */
export function forgetOld(): void {
  const begunAt = (id: string) => Number(read(`${PREFIX}${id}`)) || 0;
  const ids = new Set(keys(PREFIX).map((key) => key.slice(PREFIX.length).split(':', 1)[0] ?? ''));
  for (const id of ids) if (Date.now() - begunAt(id) > KEPT) forget(id);
}

/** Where the files of an upload went, by mark. */
function filesOf(uploadId: string): [mark: string, url: string][] {
  const prefix = `${PREFIX}${uploadId}:`;
  return keys(prefix).map((key) => [key.slice(prefix.length), read(key) ?? '']);
}

function keys(prefix: string): string[] {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  } catch {
    // Storage is switched off.
    return [];
  }
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Storage is full or switched off: coming back sends anew.
  }
}

function remove(these: readonly string[]): void {
  try {
    for (const key of these) localStorage.removeItem(key);
  } catch {
    // Storage is switched off.
  }
}

/** Lets go of an upload, for other tabs. */
export type Release = () => void;

/**
 * Takes an upload for this tab until it is closed or lets go; null if another tab of this browser
 * is sending it.
 */
export function claim(uploadId: string): Promise<Release | null> {
  // Browsers have locks on https alone. Elsewhere the service keeps two requests for one file
  // apart.
  if (!('locks' in navigator)) return Promise.resolve(() => undefined);
  return new Promise((resolve) => {
    navigator.locks
      .request(`${PREFIX}${uploadId}`, { ifAvailable: true }, (lock) =>
        lock === null ? resolve(null) : new Promise<void>((release) => resolve(release)),
      )
      .catch(() => resolve(() => undefined));
  });
}

/**
 * A file that has another of these is another file: what arrived of the one must not be gone on
 * with by the other.
 */
export function markOf(path: string, { size, lastModified }: File): string {
  return `${path} ${size} ${lastModified}`;
}

function pathOf(mark: string): string {
  return mark.replace(/ \d+ \d+$/, '');
}

/**
 * The secret of the link, from behind `#`, whence it is taken away, or from before this tab was
 * loaded again.
 */
export function takeSecret(): string {
  const given = location.hash.slice(1);
  try {
    if (given !== '') sessionStorage.setItem('zenodo-upload-secret', given);
    const secret = sessionStorage.getItem('zenodo-upload-secret') ?? '';
    if (given !== '' && secret === given) history.replaceState(null, '', location.pathname + location.search);
    return secret;
  } catch {
    return given;
  }
}

/** A random UUID, also where the page came over plain HTTP. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
