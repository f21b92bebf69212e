/** JSON as Python's `json.dumps` writes it by default: a blank after `:` and `,`, non-ASCII escaped. Zenodo's domain errors and token answers. */
export function spacedJson(value: unknown): string {
  return escapeNonAscii(render(value));
}

/** JSON as Flask's own error pages write it: compact, keys sorted, trailing newline. */
export function flaskJson(value: unknown): string {
  return `${escapeNonAscii(JSON.stringify(sortKeys(value)))}\n`;
}

const FLOAT = Symbol('float');

/** A whole number that `spacedJson` writes as Python writes a float: `1234.0`. */
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
