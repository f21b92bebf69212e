/**
 * Limits on how deeply a JSON text is nested, on the number of its values, on the bytes of the
 * names that lead to one of them, which messages repeat, and on the bytes of all its names.
 */
export interface JsonShape {
  depth: number;
  values: number;
  names?: number;
  allNames?: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const isOpening = (byte: number) => byte === 0x5b || byte === 0x7b;
const isClosing = (byte: number) => byte === 0x5d || byte === 0x7d;

/**
 * How many values a JSON text has, and what is wrong with its shape, before it is parsed. One pass
 * over the bytes finds text that would cost the parser, or later code, too much time or stack. Does
 * not check that it is valid JSON, and stops at the first fault.
 */
export function shapeOf(text: Buffer, most: JsonShape): { values: number; fault: keyof JsonShape | null } {
  const { names: mostNames = Number.POSITIVE_INFINITY, allNames = Number.POSITIVE_INFINITY } = most;
  let depth = 0;
  let values = 0;
  /** Bytes of the last string, and of the name at each depth. */
  let string = 0;
  const names: number[] = [];
  let path = 0;
  let sum = 0;
  const name = (bytes: number) => {
    path += bytes - (names[depth] ?? 0);
    names[depth] = bytes;
  };
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at] ?? 0;
    if (byte === QUOTE) {
      const end = endOfString(text, at + 1);
      string = end - at - 1;
      at = end;
    } else if (byte === COMMA) values += 1;
    else if (byte === COLON) {
      values += 1;
      name(string);
      sum += string;
      if (path > mostNames) return { values, fault: 'names' };
      if (sum > allNames) return { values, fault: 'allNames' };
    } else if (isOpening(byte)) {
      depth += 1;
      values += 1;
      if (depth > most.depth) return { values, fault: 'depth' };
    } else if (isClosing(byte)) {
      name(0);
      // More of them than were opened are no JSON.
      depth = Math.max(0, depth - 1);
    }
    if (values > most.values) return { values, fault: 'values' };
  }
  return { values, fault: null };
}

/**
 * A name that occurs twice in one object of a JSON text; null if none does. Parsers keep the last
 * of the values and lose the others (RFC 8259 section 4). Reads the bytes, which must be valid
 * JSON, once.
 */
export function repeatedName(text: Buffer): string | null {
  const open: Set<string>[] = [];
  let [from, to] = [0, 0];
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at] ?? 0;
    if (byte === QUOTE) {
      from = at + 1;
      to = endOfString(text, from);
      at = to;
    } else if (byte === COLON) {
      const written = text.toString('latin1', from, to);
      const name = written.includes('\\') ? JSON.parse(`"${text.toString('utf8', from, to)}"`) : null;
      const key = name === null ? written : Buffer.from(String(name)).toString('latin1');
      if (open.at(-1)?.has(key)) return Buffer.from(key, 'latin1').toString();
      open.at(-1)?.add(key);
    } else if (isOpening(byte)) open.push(new Set());
    else if (isClosing(byte)) open.pop();
  }
  return null;
}

/**
 * The text of a member of the outermost object, as it is written; null if there is none. Reads the
 * bytes once, and no further than that member. Others of that name may be deeper inside.
 */
export function textMember(text: Buffer, name: string): string | null {
  let depth = 0;
  let string = '';
  let isValue = false;
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at] ?? 0;
    if (byte === QUOTE) {
      const end = endOfString(text, at + 1);
      // Most strings are long texts, or deeper inside.
      string = depth === 1 && (isValue || end - at < 100) ? text.toString('latin1', at + 1, end) : '';
      if (isValue) return string;
      at = end;
    } else if (byte === COLON) isValue = depth === 1 && string === name;
    else if (isOpening(byte)) [depth, isValue] = [depth + 1, false];
    else if (isClosing(byte)) depth -= 1;
    else if (byte === COMMA) isValue = false;
  }
  return null;
}

/** The closing quote of a string: the first one that no backslash escapes. */
function endOfString(text: Buffer, from: number): number {
  for (let at = text.indexOf(QUOTE, from); at !== -1; at = text.indexOf(QUOTE, at + 1)) {
    let escapes = 0;
    while (text[at - 1 - escapes] === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return at;
  }
  return text.length;
}
