import { splitList } from './environment.js';

/** Keys by id. The first one encrypts, all of them decrypt. */
export type KeyRing = ReadonlyMap<string, Buffer>;

/** Parses TOKEN_KEYS: `id:base64,…`, 32 bytes per key. Throws TypeError with the reason. */
export function parseTokenKeys(text: string): KeyRing {
  const ring = new Map<string, Buffer>();
  for (const entry of splitList(text)) {
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
