import type { Operation } from './document.js';

/**
 * Stands in a call for values that are known only when it is sent. A call never contains secrets.
 */
export const TOKEN = '$CONTRACT_TOKEN';
export const API_KEY = '$CONTRACT_API_KEY';
export const DEPOSITION_ID = '$DEPOSITION_ID';
export const UPLOAD_ID = '$UPLOAD_ID';
/** The token that a refresh returned. */
export const NEW_TOKEN = '$NEW_TOKEN';
/** The beginning of all container ids of this run. No others begin with it. */
export const CONTAINER = '$CONTAINER';

/** A request to be sent. */
export interface Call {
  operation: Operation;
  /** The path with its query, percent-encoded. The placeholders are not encoded. */
  path: string;
  headers: Record<string, string>;
  body?: Buffer;
  /** Why the contract forbids the request, so that it must not succeed. */
  forbidden?: string;
}

/** The values of the placeholders. */
export type Values = Partial<Record<Placeholder, string>>;

const PLACEHOLDERS = [TOKEN, API_KEY, DEPOSITION_ID, UPLOAD_ID, NEW_TOKEN, CONTAINER] as const;
type Placeholder = (typeof PLACEHOLDERS)[number];
const ANY = new RegExp(`(${PLACEHOLDERS.map((name) => `\\${name}`).join('|')})\\b`, 'g');

/** The call as it is sent. A placeholder without a value becomes 0, an id that never exists. */
export function filled(call: Call, values: Values): Call {
  const fill = (text: string) => text.replace(ANY, (name) => values[name as Placeholder] ?? '0');
  return {
    ...call,
    path: fill(call.path),
    headers: Object.fromEntries(Object.entries(call.headers).map(([name, value]) => [name, fill(value)])),
    ...(call.body === undefined ? {} : { body: Buffer.from(fill(call.body.toString('latin1')), 'latin1') }),
  };
}

/** Longest body that is printed, in bytes. */
const MAX_SHOWN = 4000;

/** The call as a shell command in which the placeholders are variables. */
export function toCurl(url: string, { operation, path, headers, body }: Call): string {
  const parts = [`curl -X ${operation.method} ${quoted(`${url}${path}`)}`];
  for (const [name, value] of Object.entries(headers)) parts.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (body === undefined) return parts.join(' \\\n  ');
  const text = body.toString('utf8');
  const isText = Buffer.from(text, 'utf8').equals(body) && !text.includes('\0');
  if (body.length > MAX_SHOWN) parts.push(`--data-binary '(${body.length} bytes, too long to show)'`);
  else if (isText) parts.push(`--data-binary ${quoted(text)}`);
  else parts.push(`--data-binary @<(base64 -d <<< ${body.toString('base64')})`);
  return parts.join(' \\\n  ');
}

/** In single quotes, except for the placeholders, which the shell fills in. */
function quoted(text: string): string {
  return text
    .split(ANY)
    .map((piece, index) => {
      if (index % 2 === 1) return `"${piece}"`;
      return piece === '' ? '' : `'${piece.replaceAll("'", `'\\''`)}'`;
    })
    .join('');
}
