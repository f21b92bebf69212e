import { createHmac } from 'node:crypto';

/** Length of a key in bytes (Standard Webhooks, "Signature scheme"). */
const SHORTEST = 24;
const LONGEST = 64;

/**
 * The bytes of a secret such as `whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw`. Null if it is not base64
 * (base64url is different), too short or too long.
 */
export function webhookKey(secret: string): Buffer | null {
  const [, text = ''] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  const key = Buffer.from(text, 'base64');
  return key.toString('base64') === text && key.length >= SHORTEST && key.length <= LONGEST ? key : null;
}

/**
 * The header `webhook-signature` of Standard Webhooks: one signature per key, so that a receiver
 * with the old or the new key can verify. `seconds` is the time of this delivery, since the epoch.
 */
export function sign(keys: readonly Buffer[], id: string, seconds: number, body: string): string {
  return keys
    .map((key) => `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`)
    .join(' ');
}
