/**
 * JSON as Python's `json.dumps` writes it by default: a space after `:` and `,`, non-ASCII escaped.
 * Zenodo's domain errors and token responses have this form.
 */
export function spacedJson(value: unknown): string {
  return escapeNonAscii(render(value));
}

/** JSON as Flask's own error pages write it: compact, keys sorted, trailing newline. */
export function flaskJson(value: unknown): string {
  return `${escapeNonAscii(JSON.stringify(sortKeys(value)))}\n`;
}

/** JSON as `json.dumps(indent=2, sort_keys=True)` writes it, for exports that people read. */
export function indentedJson(value: unknown): string {
  return escapeNonAscii(JSON.stringify(sortKeys(value), null, 2));
}

/**
 * Rewrites JSON text as `json.dumps(indent=2, sort_keys=True)` writes it. Whole floats stay floats.
 */
export function prettyJson(text: string): string {
  const marked: string[] = [];
  for (let at = 0; at < text.length; ) {
    const quote = text.indexOf('"', at);
    const start = quote === -1 ? text.length : quote;
    const end = endOfString(text, start);
    marked.push(text.slice(at, start).replace(FLOAT_TEXT, `"${WHOLE}$&"`), text.slice(start, end));
    at = end;
  }
  const pretty = JSON.stringify(sortKeys(JSON.parse(marked.join(''))), null, 2);
  return escapeNonAscii(pretty.replace(new RegExp(`"${WHOLE}([^"]+)"`, 'g'), '$1'));
}

/**
 * Marks whole floats while they pass through JavaScript, which would write them as integers. It is
 * in the private use area, where no text of users has it by accident.
 */
const WHOLE = '\uf8ff#float:';

/** A whole float, outside strings. */
const FLOAT_TEXT = /(?<![\d.eE+-])-?\d+\.0(?![\d.eE+-])/g;

/**
 * Where the string that starts here ends. A regular expression would run out of stack in a string
 * of some megabytes.
 */
function endOfString(text: string, start: number): number {
  let end = start + 1;
  while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
  return Math.min(end + 1, text.length);
}

const FLOAT = Symbol('float');

/** A whole number that `spacedJson` writes as a Python float: `1234.0`. */
export function pythonFloat(value: number): unknown {
  return { [FLOAT]: value };
}

function render(value: unknown): string {
  if (typeof value === 'object' && value !== null && FLOAT in value) return `${value[FLOAT]}.0`;
  if (Array.isArray(value)) return `[${value.map(render).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}: ${render(item)}`).join(', ')}}`;
  }
  return JSON.stringify(value ?? null);
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sortKeys(item)]),
  );
}

function escapeNonAscii(text: string): string {
  return text.replace(/[\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
