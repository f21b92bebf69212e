/** What a browser keeps of an upload, so that a person who comes back can go on. It opens nothing without the link's secret. */
interface Kept {
  uploadId: string;
  urls: Record<string, string>;
}

export type Memory = ReturnType<typeof openMemory>;

/** The memory of one link. A browser that keeps nothing forgets at the end of the page. */
export function openMemory(linkId: string) {
  const key = `zenodo-upload:${linkId}`;
  let kept = read(key);
  const save = () => {
    try {
      if (kept === null) localStorage.removeItem(key);
      else localStorage.setItem(key, JSON.stringify(kept));
    } catch {
      // Storage is full or switched off: coming back sends anew.
    }
  };
  return {
    uploadId: () => kept?.uploadId ?? null,
    begin(uploadId: string): void {
      if (kept?.uploadId !== uploadId) kept = { uploadId, urls: {} };
      save();
    },
    url: (file: string) => kept?.urls[file] ?? null,
    keep(file: string, url: string): void {
      if (kept === null) return;
      kept.urls[file] = url;
      save();
    },
    forget(): void {
      kept = null;
      save();
    },
  };
}

function read(key: string): Kept | null {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null') as Kept | null;
  } catch {
    return null;
  }
}

/** A file that has another of these is another file: what arrived of the one must not be gone on with by the other. */
export function markOf(path: string, { size, lastModified }: File): string {
  return `${path} ${size} ${lastModified}`;
}

/** The secret of the link, from behind `#`, whence it is taken away, or from before this tab was loaded again. */
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
