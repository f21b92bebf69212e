import { Readable } from 'node:stream';
import type { MockContext } from '../context.js';
import type { Received } from '../files/blob-writer.js';
import { ControlError } from './control-error.js';
import type { SeedDepositionInput, SeedFileInput } from './seed-schema.js';

const FILLER = 65_536;

/** The stored bytes of each file of a seed. */
export type ReceivedFiles = ReadonlyMap<SeedFileInput, Received & { blobId: string }>;

/**
 * Stores the bytes of all files of a seed before the rest of the seed, because that takes time.
 * Throws for a file whose content is not given exactly once, and then keeps none.
 */
export async function receiveFiles(
  mock: MockContext,
  depositions: readonly SeedDepositionInput[],
): Promise<ReceivedFiles> {
  const files = depositions.flatMap(({ files = [], versions = [] }) => [
    ...files,
    ...versions.flatMap((version) => version.files ?? []),
  ]);
  for (const file of files) checkBytes(file);
  const stored = new Map<SeedFileInput, Received & { blobId: string }>();
  try {
    for (const file of files) {
      const blobId = mock.ids.uuid();
      stored.set(file, { blobId, ...(await mock.blobs.receive(blobId, bytesOf(file))) });
    }
  } catch (error) {
    for (const { blobId } of stored.values()) await mock.blobs.remove(blobId);
    throw error;
  }
  return stored;
}

/** Throws for a file without exactly one valid source of its bytes. */
export function checkBytes({ name, content, base64, size }: SeedFileInput): void {
  if ([content, base64, size].filter((given) => given !== undefined).length !== 1) {
    throw new ControlError(400, `File ${name} needs exactly one of content, base64 and size.`);
  }
  if (base64 !== undefined && !/^[A-Za-z0-9+/]*={0,2}$/.test(base64.replace(/\s/g, ''))) {
    throw new ControlError(400, `The base64 of file ${name} is not valid.`);
  }
  // Zenodo keeps no empty files.
  const bytes = base64 === undefined ? content : Buffer.from(base64, 'base64');
  if (bytes?.length === 0) throw new ControlError(400, `File ${name} is empty.`);
}

function bytesOf({ content, base64, size }: SeedFileInput): Readable {
  if (size !== undefined) return Readable.from(filler(size), { objectMode: false });
  const bytes = base64 === undefined ? Buffer.from(content ?? '') : Buffer.from(base64, 'base64');
  return Readable.from([bytes], { objectMode: false });
}

function* filler(size: number): Generator<Buffer> {
  const chunk = Buffer.alloc(FILLER, 'mock zenodo ');
  for (let left = size; left > 0; left -= FILLER) yield chunk.subarray(0, Math.min(left, FILLER));
}
