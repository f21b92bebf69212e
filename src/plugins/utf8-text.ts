import { isUtf8 } from 'node:buffer';
import { problem } from '../errors.js';

/**
 * The text of a JSON body, which is UTF-8 (RFC 8259 section 8.1) whatever charset its type names; a byte order mark is skipped. Throws `invalid_json`, which names the
 * first byte that is not UTF-8, or the escape that stands for half a character.
 */
export function jsonText(bytes: Buffer): string {
  if (!isUtf8(bytes)) {
    const at = firstWrongByte(bytes);
    throw problem(
      'invalid_json',
      `The body is not UTF-8: what begins at byte ${at} is no character of it. Encode it as UTF-8 and send it again.`,
    );
  }
  const text = new TextDecoder().decode(bytes);
  const half = loneSurrogate(text);
  if (half !== null) {
    throw problem(
      'invalid_json',
      `The escape ${half} stands for half a character: its other half is missing. Correct it and send it again.`,
    );
  }
  return text;
}

/** Decoding as a stream keeps what may still become a character, so the longest right beginning is found by halving. */
function firstWrongByte(bytes: Buffer): number {
  const decoded = (length: number) => {
    try {
      const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
      return decoder.decode(bytes.subarray(0, length), { stream: true });
    } catch {
      return null;
    }
  };
  let [right, wrong] = [0, bytes.length + 1];
  while (wrong - right > 1) {
    const middle = Math.floor((right + wrong) / 2);
    if (middle <= bytes.length && decoded(middle) !== null) right = middle;
    else wrong = middle;
  }
  return Buffer.byteLength(decoded(right) ?? '');
}

/** An escape such as `\\ud800` without its other half; null if there is none. */
function loneSurrogate(text: string): string | null {
  if (!/\\u[dD][89a-fA-F]/.test(text)) return null;
  for (const [written] of text.matchAll(
    /\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\(?:u[0-9a-fA-F]{4}|.)/gs,
  )) {
    if (written.length === 6 && /^\\u[dD][89a-fA-F]/.test(written)) return written;
  }
  return null;
}
