import { createHmac, hkdfSync, randomUUID, timingSafeEqual } from 'node:crypto';
import type { KeyRing } from './token-keys.js';

/**
 * Lifetime of a signature in milliseconds. The clocks of the operator's machine and the server must
 * not differ by more.
 */
const LIFE = 600_000;

/**
 * Proves to a running service that the caller knows its TOKEN_KEYS, so that `npm run doctor` may
 * call what others may not.
 */
export function doctorSignature(tokenKeys: KeyRing, now: number): string {
  const [key = Buffer.alloc(0)] = tokenKeys.values();
  const text = `${now + LIFE}.${randomUUID()}`;
  return `${text}.${signature(key, text).toString('hex')}`;
}

/** Whether a text was signed recently with one of these keys. */
export function isDoctorSignature(tokenKeys: KeyRing, given: string, now: number): boolean {
  const [, text = '', until = '', hex = ''] =
    /^((\d{1,15})\.[0-9a-f-]{36})\.([0-9a-f]{64})$/.exec(given) ?? [];
  if (!(Number(until) > now) || Number(until) > now + 2 * LIFE) return false;
  const bytes = Buffer.from(hex, 'hex');
  return [...tokenKeys.values()].some((key) => timingSafeEqual(signature(key, text), bytes));
}

/** Signs with a derived key, because those in TOKEN_KEYS encrypt. */
function signature(key: Buffer, text: string): Buffer {
  const derived = hkdfSync('sha256', key, '', 'zenodo-service doctor', 32);
  return createHmac('sha256', Buffer.from(derived)).update(text).digest();
}
