import { createHash, randomBytes } from 'node:crypto';

/**
 * The repeated content of all files: too long for a compressor's window, and short enough to cost
 * nothing.
 */
const BLOCK = randomBytes(1024 * 1024);

const known = new Map<number, string>();

/** The bytes of a file of this size, in pieces. No byte is copied. */
export function* payload(size: number): Generator<Buffer> {
  for (let left = size; left > 0; left -= BLOCK.length) {
    yield left < BLOCK.length ? BLOCK.subarray(0, left) : BLOCK;
  }
}

/** The md5 of `payload(size)`, in hex. */
export function payloadMd5(size: number): string {
  const md5 = known.get(size) ?? hash(size);
  known.set(size, md5);
  return md5;
}

function hash(size: number): string {
  const sum = createHash('md5');
  for (const piece of payload(size)) sum.update(piece);
  return sum.digest('hex');
}
