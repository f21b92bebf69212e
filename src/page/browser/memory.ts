/**
 * What a browser stores about an upload, so that the user can continue later: under the upload's id
 * when it began, and under the id and a file's mark the file's URL. Each file has an entry of its
 * own, so that storing the thousandth is as fast as the first. Without the link's secret none of
 * this gives access.
 */
const PREFIX = 'zenodo-upload:';

/** After this time the service has deleted the upload too. Milliseconds. */
const KEPT = 7 * 24 * 60 * 60 * 1000;

export type Memory = ReturnType<typeof openMemory>;

/** The stored state of one upload. Without storage it only lasts as long as the page. */
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

/** Whether this browser stores anything. */
export function canRemember(): boolean {
  const key = `${PREFIX}test`;
  write(key, '1');
  const stored = read(key) === '1';
  remove([key]);
  return stored;
}

/** Whether this browser has begun an upload. */
export function remembers(uploadId: string): boolean {
  return read(`${PREFIX}${uploadId}`) !== null;
}

/** Deletes the state of an upload. */
export function forget(uploadId: string): void {
  remove([`${PREFIX}${uploadId}`, ...filesOf(uploadId).map(([mark]) => `${PREFIX}${uploadId}:${mark}`)]);
}

/** Deletes the state of old uploads. */
export function forgetOld(): void {
  const begunAt = (id: string) => Number(read(`${PREFIX}${id}`)) || 0;
  const ids = new Set(keys(PREFIX).map((key) => key.slice(PREFIX.length).split(':', 1)[0] ?? ''));
  for (const id of ids) if (Date.now() - begunAt(id) > KEPT) forget(id);
}

/** The URLs of an upload's files, by mark. */
function filesOf(uploadId: string): [mark: string, url: string][] {
  const prefix = `${PREFIX}${uploadId}:`;
  return keys(prefix).map((key) => [key.slice(prefix.length), read(key) ?? '']);
}

function keys(prefix: string): string[] {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  } catch {
    // Storage is disabled.
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
    // Storage is full or disabled, so a later visit sends the file again.
  }
}

function remove(these: readonly string[]): void {
  try {
    for (const key of these) localStorage.removeItem(key);
  } catch {
    // Storage is disabled.
  }
}

/** Releases an upload for other tabs. */
export type Release = () => void;

/**
 * Claims an upload for this tab until it is closed or released. Null if another tab of this browser
 * is sending it.
 */
export function claim(uploadId: string): Promise<Release | null> {
  // Browsers have locks only on https. Otherwise the service separates two requests for one file.
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
 * Identifies a file. With another mark it is another file, which must not continue the first one's
 * bytes.
 */
export function markOf(path: string, { size, lastModified }: File): string {
  return `${path} ${size} ${lastModified}`;
}

function pathOf(mark: string): string {
  return mark.replace(/ \d+ \d+$/, '');
}

/**
 * The secret of the link: from after the `#`, where it is then removed, or from before this tab was
 * reloaded.
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

/** A random UUID, also on plain HTTP. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
