import { isUtf8 } from 'node:buffer';
import { problem } from '../errors.js';

/**
 * The text of a JSON body. It is UTF-8 (RFC 8259 section 8.1) whatever charset its type names. A
 * byte order mark is skipped. Throws `invalid_json` with the first byte that is not UTF-8, or the
 * escape of a lone surrogate.
 */
export function jsonText(bytes: Buffer): string {
  if (!isUtf8(bytes)) {
    const at = firstWrongByte(bytes);
    throw problem(
      'invalid_json',
      `The body is not UTF-8: byte ${at} starts no valid character. Encode it as UTF-8 and send it again.`,
    );
  }
  const text = new TextDecoder().decode(bytes);
  const half = loneSurrogate(text);
  if (half !== null) {
    throw problem(
      'invalid_json',
      `The escape ${half} is half of a surrogate pair, and its other half is missing. Correct it and send it again.`,
    );
  }
  return text;
}

/**
 * The text of an urlencoded body. Throws `invalid_request` for bytes or percent-encodings that are
 * not UTF-8, which decoders would replace or keep.
 */
export function pairsText(bytes: Buffer): string {
  const text = isUtf8(bytes) ? bytes.toString('utf8') : null;
  if (text !== null && isDecodable(text)) return text;
  throw undecodable('The body');
}

/** Throws `invalid_request` for a query with percent-encodings that are not UTF-8. */
export function checkQuery(url: string): void {
  const at = url.indexOf('?');
  if (at !== -1 && !isDecodable(url.slice(at))) throw undecodable('The query of the URL');
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function undecodable(what: string) {
  return problem(
    'invalid_request',
    `${what} cannot be decoded: it contains a percent sign without two hex digits, or bytes that are not UTF-8. Percent-encode it as UTF-8 (a percent sign is %25) and send it again.`,
  );
}

/**
 * A streaming decoder keeps an incomplete character, so a binary search finds the longest valid
 * prefix.
 */
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
