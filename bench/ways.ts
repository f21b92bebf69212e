import type { Draft, Mock } from './mock.js';
import { payloadMd5 } from './payload.js';
import { type Body, send } from './sending.js';

/** A way to bring bytes to a draft. */
export interface Way {
  what: string;
  /** Where it is sent: the mock itself, a proxy, the service. */
  url: string;
  /** Process whose work it is; null where there is none between caller and mock. */
  pid: number | null;
  send(url: string, draft: Draft, bytes: number, rate?: number): Promise<unknown>;
  /**
   * Names of the files that must lie at the mock, with the size of each; null if the service makes
   * zips of them.
   */
  files(bytes: number): Map<string, number> | null;
}

/** How many equal files a form has. */
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

/**
 * A form of equal files whose sizes nobody names, or are named beforehand, or that lie in one
 * folder.
 */
export function form(kind: 'plain' | 'sizes' | 'folder'): Pick<Way, 'send' | 'files'> {
  const prefix = kind === 'folder' ? 'folder/' : '';
  const files = (bytes: number) => {
    const parts = Array.from({ length: FILES }, (_, index) => `${prefix}part-${index}.bin`);
    const sizes = new Map(parts.map((name) => [name, Math.floor(bytes / FILES)]));
    // A folder that is all there is would be sent as its files.
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

/** True if the mock holds what was sent: of a zip, what the service says it made. */
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
