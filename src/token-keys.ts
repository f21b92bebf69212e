import { listOf } from './environment.js';

/** Keys by their ids. The first encrypts, all decrypt. */
export type KeyRing = ReadonlyMap<string, Buffer>;

/**
 * Reads TOKEN_KEYS: `id:base64,…` with 32 bytes a key. Throws TypeError with what is wrong with it.
 */
export function parseTokenKeys(text: string): KeyRing {
  const ring = new Map<string, Buffer>();
  for (const entry of listOf(text)) {
    const [id = '', encoded = '', ...rest] = entry.split(':');
    const key = Buffer.from(encoded, 'base64');
    if (!/^[A-Za-z0-9_-]{1,32}$/.test(id) || rest.length > 0 || key.length !== 32) throw notKeys();
    if (ring.has(id)) throw new TypeError('TOKEN_KEYS has the same id twice');
    ring.set(id, key);
  }
  if (ring.size === 0) throw notKeys();
  return ring;
}

function notKeys(): TypeError {
  return new TypeError('TOKEN_KEYS must be id:key,… with keys of 32 bytes in base64');
}
