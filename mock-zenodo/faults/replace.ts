import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Fault } from './fault.js';

/** Largest file that is read into memory to be changed. */
const MAX_BYTES = 100_000_000;

/**
 * The body of a response with replacements. In bytes that are no text, each character of a
 * replacement is one byte. Null for a stream that is too long, or whose length is not known.
 */
export async function replaced(
  answer: unknown,
  length: unknown,
  changes: NonNullable<Fault['replace']>,
): Promise<string | Buffer | null> {
  if (typeof answer === 'string') return replacedText(answer, changes);
  const bytes = await bytesOf(answer, Number(length ?? Number.NaN));
  if (bytes === null) return null;
  const encoding = isUtf8(bytes) ? 'utf8' : 'latin1';
  return Buffer.from(replacedText(bytes.toString(encoding), changes), encoding);
}

async function bytesOf(answer: unknown, length: number): Promise<Buffer | null> {
  if (Buffer.isBuffer(answer)) return answer;
  return answer instanceof Readable && length <= MAX_BYTES ? buffer(answer) : null;
}

function replacedText(text: string, changes: NonNullable<Fault['replace']>): string {
  return changes.reduce((changed, { find, with: by }) => changed.replace(new RegExp(find, 'g'), by), text);
}
