// Raw SQL: rows are told by bytes of their ciphertext, and written by compare-and-swap.
import { Prisma } from '../database/generated/client.js';
import type { Database } from '../database/prisma.js';
import { DecryptionError, type Encryption } from './encryption.js';

/** Every column that holds ciphertexts of the encryption. */
const COLUMNS = [
  { table: 'connections', column: 'access_token' },
  { table: 'connections', column: 'refresh_token' },
  { table: 'uploads', column: 'personal_token' },
] as const;

/** Rows looked at by one statement. */
const BATCH = 200;

/** What a re-encryption came to. */
interface Rotation {
  /** Encrypted anew with the current key. */
  rotated: number;
  /** Encrypted with it already. */
  current: number;
  /** Changed by the service meanwhile, which encrypts with the current key anyway. */
  overtaken: number;
  /**
   * Not to be decrypted: encrypted with a key that is not in the ring, or tampered with. Never the
   * content, only where it lies.
   */
  unreadable: string[];
}

/**
 * Encrypts everything anew that was not encrypted with the current key, while the service runs: a
 * row is written only if it still holds what was read. Can be interrupted and started again at any
 * time; `progress` is called after each batch.
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
    // Also with the current key: another key may once have had its id.
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
