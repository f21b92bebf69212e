import { createHash } from 'node:crypto';

/** Every handle begins so: what begins so and is unknown was never Zenodo's, and does not travel there. */
const PREFIX = 'zds_';

/** How long a handle serves, in milliseconds: 60 days from its issue, never sliding. */
export const HANDLE_LIFETIME = 60 * 24 * 60 * 60 * 1000;

/** A new access token of our own: the prefix and 256 random bits. */
export function newHandle(randomBytes: (size: number) => Buffer): string {
  return PREFIX + randomBytes(32).toString('base64url');
}

/** SHA-256 (hex) of a token or state: all that the database keeps of it. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** True for what only this service can have issued. */
export function looksLikeHandle(token: string): boolean {
  return token.startsWith(PREFIX);
}
