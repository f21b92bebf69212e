/** How deep a JSON text may be nested, and how many values it may hold. */
export interface JsonShape {
  depth: number;
  values: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/**
 * What is wrong with the shape of a JSON text, before it is parsed; null if nothing is. One look at
 * each byte, so that text which would take the parser, or what comes after it, too long or too much
 * of the stack is known beforehand. Whether it is JSON at all is the parser's to say.
 */
export function shapeFault(text: Uint8Array, most: JsonShape): keyof JsonShape | null {
  let depth = 0;
  let values = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at] ?? 0;
    if (quoted) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) quoted = false;
    } else if (byte === QUOTE) quoted = true;
    else if (byte === COMMA || byte === COLON) values += 1;
    else if (OPENING.has(byte)) {
      depth += 1;
      values += 1;
      if (depth > most.depth) return 'depth';
    } else if (CLOSING.has(byte)) depth -= 1;
    if (values > most.values) return 'values';
  }
  return null;
}
