import { createHash, randomBytes } from 'node:crypto';

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/**
 * Source of all random-looking values of the mock. With a seed, the same calls give the same
 * values.
 */
export interface Ids {
  /** `length` random bytes. */
  bytes(length: number): Buffer;
  /** A version 4 UUID. */
  uuid(): string;
  /**
   * Letters and digits, as Zenodo's codes (30), tokens (30, personal 60), client ids (40) and
   * secrets (60).
   */
  alphanumeric(length: number): string;
  /** How far a seeded source has been used; 0 without a seed. */
  position(): number;
  /** Continues from a position, so that values do not repeat after a restart. */
  restore(position: number): void;
}

/** Creates the source; `seed` makes it deterministic. */
export function createIds(seed?: string): Ids {
  let counter = 0;
  const bytes = (length: number): Buffer => {
    if (seed === undefined) return randomBytes(length);
    const blocks: Buffer[] = [];
    for (let size = 0; size < length; size += 32) {
      blocks.push(createHash('sha256').update(`${seed}:${counter++}`).digest());
    }
    return Buffer.concat(blocks).subarray(0, length);
  };
  return {
    bytes,
    position: () => counter,
    restore(position) {
      counter = position;
    },
    uuid() {
      const raw = bytes(16);
      raw[6] = ((raw[6] ?? 0) & 0x0f) | 0x40;
      raw[8] = ((raw[8] ?? 0) & 0x3f) | 0x80;
      return raw.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    },
    alphanumeric(length) {
      return Array.from(bytes(length), (byte) => ALPHANUMERIC[byte % ALPHANUMERIC.length]).join('');
    },
  };
}
