import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { ContainerFile } from './container-files.js';

/** A form as Python's `requests` sends it: fields first, then files, with a known length. */
interface Form {
  headers: { 'content-type': string; 'content-length': string };
  body: Readable;
}

/**
 * Encodes fields and files as multipart/form-data. `onBytes` is called with the size of each piece
 * that is sent.
 */
export function encodeForm(
  fields: Record<string, string>,
  files: ContainerFile[],
  onBytes: (count: number) => void,
): Form {
  const boundary = `demo-${randomBytes(12).toString('hex')}`;
  const heads = files.map(({ path }) =>
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="files"; filename="${escapeName(path)}"\r\n` +
        'Content-Type: application/octet-stream\r\n\r\n',
    ),
  );
  const lead = Buffer.from(
    Object.entries(fields)
      .map(
        ([name, value]) =>
          `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
      )
      .join(''),
  );
  const tail = Buffer.from(`--${boundary}--\r\n`);
  const length =
    lead.length +
    tail.length +
    files.reduce((sum, { size }, i) => sum + (heads[i]?.length ?? 0) + size + 2, 0);
  async function* pieces(): AsyncGenerator<Buffer> {
    yield lead;
    for (const [i, { location }] of files.entries()) {
      yield heads[i] ?? Buffer.alloc(0);
      for await (const chunk of createReadStream(location)) {
        onBytes((chunk as Buffer).length);
        yield chunk as Buffer;
      }
      yield Buffer.from('\r\n');
    }
    yield tail;
  }
  return {
    headers: {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': String(length),
    },
    body: Readable.from(pieces()),
  };
}

function escapeName(name: string): string {
  return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
