import type { Draft, Mock } from './mock.js';
import { payloadMd5 } from './payload.js';
import { type Body, send } from './sending.js';

/** A way to send bytes to a draft. */
export interface Way {
  what: string;
  /** Where it sends them: to the mock itself, a proxy, or the service. */
  url: string;
  /** The process that does the work. Null if there is none between caller and mock. */
  pid: number | null;
  /** What is not to be measured. */
  prepare?(url: string, draft: Draft, bytes: number): Promise<void>;
  send(url: string, draft: Draft, bytes: number, rate?: number): Promise<unknown>;
  /**
   * Names and sizes of the files that must be at the mock. Null if the service makes zips of them.
   */
  files(bytes: number): Map<string, number> | null;
}

/** Number of equal files in a form. */
export const FILES = 4;

const BOUNDARY = 'bench-boundary-7d1a';

/** PUT straight to a bucket, or through something that passes it on. */
export const intoBucket: Pick<Way, 'send' | 'files'> = {
  send: (url, { bucket }, bytes, rate) =>
    send({
      method: 'PUT',
      url: `${url}${new URL(bucket).pathname}/one.bin`,
      headers: {},
      body: [bytes],
      rate,
    }),
  files: (bytes) => new Map([['one.bin', bytes]]),
};

/** One file as the body. */
export const raw: Pick<Way, 'send' | 'files'> = {
  send: (url, { id }, bytes, rate) =>
    send({ method: 'PUT', url: `${url}/depositions/${id}/files/one.bin`, headers: {}, body: [bytes], rate }),
  files: intoBucket.files,
};

/** A form of equal files, without their sizes, with their sizes in advance, or in one folder. */
export function form(kind: 'plain' | 'sizes' | 'folder'): Pick<Way, 'send' | 'files'> {
  const prefix = kind === 'folder' ? 'folder/' : '';
  const files = (bytes: number) => {
    const parts = Array.from({ length: FILES }, (_, index) => `${prefix}part-${index}.bin`);
    const sizes = new Map(parts.map((name) => [name, Math.floor(bytes / FILES)]));
    // If the folder were alone, its files would be sent instead.
    return kind === 'folder' ? sizes.set('beside.bin', 1) : sizes;
  };
  return {
    send: (url, { id }, bytes, rate) => {
      const body: Body = [];
      if (kind === 'sizes') body.push(field('sizes', JSON.stringify(Object.fromEntries(files(bytes)))));
      for (const [name, size] of files(bytes)) {
        const headers = `Content-Disposition: form-data; name="files"; filename="${name}"\r\nContent-Type: application/octet-stream`;
        body.push(`--${BOUNDARY}\r\n${headers}\r\n\r\n`, size, '\r\n');
      }
      body.push(`--${BOUNDARY}--\r\n`);
      const headers = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };
      return send({ method: 'POST', url: `${url}/depositions/${id}/files`, headers, body, rate });
    },
    files: kind === 'folder' ? () => null : files,
  };
}

/** Whether the mock has what was sent. For a zip, that is what the service says it made. */
export async function arrived(
  mock: Mock,
  draft: Draft,
  way: Way,
  bytes: number,
  answer: unknown,
): Promise<boolean> {
  const stored = await mock.stored(draft);
  const files = way.files(bytes);
  if (files !== null) {
    return (
      [...files].every(([name, size]) => stored.get(name)?.md5 === payloadMd5(size)) &&
      stored.size === files.size
    );
  }
  const { files: listed } = answer as { files: { filename: string; checksum: string; size: number }[] };
  const same = listed.map(({ filename, checksum, size }) => {
    const held = stored.get(filename);
    return held !== undefined && checksum.endsWith(held.md5) && size === held.size;
  });
  return same.every(Boolean) && listed.length === 2 && (stored.get('folder.zip')?.size ?? 0) > bytes - FILES;
}

function field(name: string, value: string): string {
  return `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
}
