// Raw SQL: rows are selected by bytes of their ciphertext, and written by compare-and-swap.
import { Prisma } from '../database/generated/client.js';
import type { Database } from '../database/prisma.js';
import { DecryptionError, type Encryption } from './encryption.js';

/** Every column that holds ciphertexts. */
const COLUMNS = [
  { table: 'connections', column: 'access_token' },
  { table: 'connections', column: 'refresh_token' },
  { table: 'uploads', column: 'personal_token' },
] as const;

/** Rows read by one statement. */
const BATCH = 200;

/** The outcome of a rotation. */
interface Rotation {
  /** Rows encrypted again with the current key. */
  rotated: number;
  /** Rows that already were. */
  current: number;
  /** Rows that the service changed meanwhile. It encrypts with the current key. */
  overtaken: number;
  /**
   * Places of ciphertexts that cannot be decrypted: the key is missing, or they were tampered with.
   */
  unreadable: string[];
}

/**
 * Encrypts everything again that was not encrypted with the current key. The service may be
 * running: a row is written only if it has not changed. It can be interrupted and repeated.
 * `progress` is called after each batch.
 */
export async function rotateKeys(
  database: Database,
  encryption: Encryption,
  progress: (rotation: Rotation) => boolean = () => true,
): Promise<Rotation> {
  const rotation: Rotation = { rotated: 0, current: 0, overtaken: 0, unreadable: [] };
  for (const { table, column } of COLUMNS) {
    const from = Prisma.raw(table);
    const field = Prisma.raw(column);
    let after = '00000000-0000-0000-0000-000000000000';
    for (;;) {
      const rows = await database.$queryRaw<{ id: string; stored: Uint8Array<ArrayBuffer> }[]>`
        SELECT id, ${field} AS stored FROM ${from} WHERE id > ${after}::uuid AND ${field} IS NOT NULL ORDER BY id LIMIT ${BATCH}`;
      for (const { id, stored } of rows) {
        after = id;
        const fresh = reencrypt(encryption, stored, { table, column, owner: id }, rotation);
        if (fresh === null) continue;
        const written = await database.$executeRaw`
          UPDATE ${from} SET ${field} = ${fresh} WHERE id = ${id}::uuid AND ${field} = ${stored}`;
        if (written === 1) rotation.rotated += 1;
        else rotation.overtaken += 1;
      }
      if (!progress(rotation)) return rotation;
      if (rows.length < BATCH) break;
    }
  }
  return rotation;
}

function reencrypt(
  encryption: Encryption,
  stored: Uint8Array,
  place: { table: string; column: string; owner: string },
  rotation: Rotation,
): Uint8Array<ArrayBuffer> | null {
  try {
    // Decrypted even if the key id is the current one: an earlier key may have had the same id.
    const text = encryption.decrypt(stored, place);
    if (encryption.keyIdOf(stored) !== encryption.currentKeyId) return encryption.encrypt(text, place);
    rotation.current += 1;
    return null;
  } catch (error) {
    if (!(error instanceof DecryptionError)) throw error;
    rotation.unreadable.push(`${place.table}.${place.column} ${place.owner}: ${error.reason}`);
    return null;
  }
}
