import { createHmac, hkdfSync, randomUUID, timingSafeEqual } from 'node:crypto';

/** How long a seal is good, in milliseconds; clocks of an operator's machine and a server may differ by less. */
const LIFE = 600_000;

/** Proves to a running service that the caller knows its TOKEN_KEYS, so that `npm run doctor` may ask of it what others may not. */
export function sealFor(tokenKeys: string, now: number): string {
  const text = `${now + LIFE}.${randomUUID()}`;
  return `${text}.${signature(keysOf(tokenKeys)[0] ?? '', text).toString('hex')}`;
}

/** True if a seal was made lately, with one of these keys. */
export function isSealed(tokenKeys: string, seal: string, now: number): boolean {
  const [, text = '', until = '', hex = ''] =
    /^((\d{1,15})\.[0-9a-f-]{36})\.([0-9a-f]{64})$/.exec(seal) ?? [];
  if (!(Number(until) > now) || Number(until) > now + 2 * LIFE) return false;
  const given = Buffer.from(hex, 'hex');
  return keysOf(tokenKeys).some((key) => timingSafeEqual(signature(key, text), given));
}

function keysOf(tokenKeys: string): string[] {
  return tokenKeys.split(',').map((entry) => entry.split(':')[1] ?? '');
}

/** Under a key derived for this purpose alone: the ones in TOKEN_KEYS encrypt. */
function signature(key: string, text: string): Buffer {
  const derived = hkdfSync('sha256', Buffer.from(key, 'base64'), '', 'zenodo-service doctor', 32);
  return createHmac('sha256', Buffer.from(derived)).update(text).digest();
}
