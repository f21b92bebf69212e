import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { KeyRing } from '../token-keys.js';

/** Where a ciphertext is stored. It can be decrypted nowhere else. */
interface SecretPlace {
  table: string;
  column: string;
  /** The row's primary key. */
  owner: string;
}

/** Why a ciphertext could not be decrypted. Does not reveal its content. */
export class DecryptionError extends Error {
  override readonly name = 'DecryptionError';

  constructor(
    readonly reason: 'unknown_key' | 'tampered',
    message: string,
  ) {
    super(message);
  }
}

export type Encryption = ReturnType<typeof createEncryption>;

const VERSION = 1;
const ALGORITHM = 'aes-256-gcm';
const IV_LENGTH = 12;
const TAG_LENGTH = 16;

/**
 * Encrypts secrets for the database. The first of `keys` encrypts, and all of them decrypt. Layout:
 * version ‖ length of key id ‖ key id ‖ IV ‖ tag ‖ ciphertext. Everything before the IV is
 * authenticated, together with the place.
 */
export function createEncryption(keys: KeyRing, randomBytes: (size: number) => Buffer) {
  const [current] = keys.keys();
  if (current === undefined) throw new TypeError('the key ring is empty');

  return {
    /** The id of the key that encrypts. */
    currentKeyId: current,

    /** The ids of all keys. The first one encrypts. */
    keyIds: [...keys.keys()],

    encrypt(plaintext: string, place: SecretPlace): Uint8Array<ArrayBuffer> {
      const header = headerOf(current);
      const iv = randomBytes(IV_LENGTH);
      const cipher = createCipheriv(ALGORITHM, keys.get(current) ?? '', iv, { authTagLength: TAG_LENGTH });
      cipher.setAAD(associatedData(header, place));
      const text = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
      return new Uint8Array(Buffer.concat([header, iv, cipher.getAuthTag(), text]));
    },

    /**
     * Throws DecryptionError if the key is missing, or if these bytes were not encrypted for this
     * place.
     */
    decrypt(stored: Uint8Array, place: SecretPlace): string {
      const { keyId, header, rest } = split(stored);
      const key = keys.get(keyId);
      if (key === undefined) {
        throw new DecryptionError(
          'unknown_key',
          `the key "${keyId}" of ${nameOf(place)} is not in TOKEN_KEYS`,
        );
      }
      const decipher = createDecipheriv(ALGORITHM, key, rest.subarray(0, IV_LENGTH), {
        authTagLength: TAG_LENGTH,
      });
      decipher.setAAD(associatedData(header, place));
      decipher.setAuthTag(rest.subarray(IV_LENGTH, IV_LENGTH + TAG_LENGTH));
      try {
        const text = decipher.update(rest.subarray(IV_LENGTH + TAG_LENGTH));
        return Buffer.concat([text, decipher.final()]).toString('utf8');
      } catch {
        throw new DecryptionError('tampered', `${nameOf(place)} is not what was stored there`);
      }
    },

    /**
     * The id of the key that encrypted these bytes. Throws DecryptionError if they are not a
     * ciphertext.
     */
    keyIdOf(stored: Uint8Array): string {
      return split(stored).keyId;
    },
  };
}

function headerOf(keyId: string): Buffer {
  const id = Buffer.from(keyId, 'utf8');
  return Buffer.concat([Buffer.from([VERSION, id.length]), id]);
}

function split(stored: Uint8Array): { keyId: string; header: Buffer; rest: Buffer } {
  const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
  const end = 2 + (bytes[1] ?? 0);
  if (bytes[0] !== VERSION || bytes.length < end + IV_LENGTH + TAG_LENGTH) {
    throw new DecryptionError('tampered', 'the bytes are no ciphertext of this service');
  }
  const header = bytes.subarray(0, end);
  return { keyId: header.subarray(2).toString('utf8'), header, rest: bytes.subarray(end) };
}

function associatedData(header: Buffer, { table, column, owner }: SecretPlace): Buffer {
  return Buffer.concat([header, Buffer.from(JSON.stringify([table, column, owner]), 'utf8')]);
}

function nameOf({ table, column, owner }: SecretPlace): string {
  return `${table}.${column} of ${owner}`;
}
