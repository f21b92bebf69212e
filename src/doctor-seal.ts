import { createHmac, hkdfSync, randomUUID, timingSafeEqual } from 'node:crypto';
import type { KeyRing } from './token-keys.js';

/**
 * How long a seal is good, in milliseconds; clocks of an operator's machine and a server may differ
 * by less.
 */
const LIFE = 600_000;

/**
 * Proves to a running service that the caller knows its TOKEN_KEYS, so that `npm run doctor` may
 * ask of it what others may not.
 */
export function sealFor(tokenKeys: KeyRing, now: number): string {
  const [key = Buffer.alloc(0)] = tokenKeys.values();
  const text = `${now + LIFE}.${randomUUID()}`;
  return `${text}.${signature(key, text).toString('hex')}`;
}

/** True if a seal was made lately, with one of these keys. */
export function isSealed(tokenKeys: KeyRing, seal: string, now: number): boolean {
  const [, text = '', until = '', hex = ''] =
    /^((\d{1,15})\.[0-9a-f-]{36})\.([0-9a-f]{64})$/.exec(seal) ?? [];
  if (!(Number(until) > now) || Number(until) > now + 2 * LIFE) return false;
  const given = Buffer.from(hex, 'hex');
  return [...tokenKeys.values()].some((key) => timingSafeEqual(signature(key, text), given));
}

/** Under a key derived for this purpose alone: the ones in TOKEN_KEYS encrypt. */
function signature(key: Buffer, text: string): Buffer {
  const derived = hkdfSync('sha256', key, '', 'zenodo-service doctor', 32);
  return createHmac('sha256', Buffer.from(derived)).update(text).digest();
}
