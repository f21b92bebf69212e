import { createHash, X509Certificate } from 'node:crypto';

/** The password of Java's own trust store. It protects nothing, but Java requires one. */
export const TRUSTSTORE_PASSWORD = 'changeit';

/**
 * A trust store for Java with certificates, in the format that every Java reads: JKS
 * (`openjdk/jdk:src/java.base/share/classes/sun/security/provider/JavaKeyStore.java`).
 */
export function javaTruststore(certificates: readonly string[], now = Date.now()): Buffer {
  const entries = certificates.map((pem, index) => {
    const { raw } = new X509Certificate(pem);
    return Buffer.concat([
      uint32(2),
      utf(`certificate-${index}`),
      uint64(now),
      utf('X.509'),
      uint32(raw.length),
      raw,
    ]);
  });
  const store = Buffer.concat([uint32(0xfeedfeed), uint32(2), uint32(entries.length), ...entries]);
  // UTF-16, big-endian.
  const password = Buffer.from(TRUSTSTORE_PASSWORD, 'utf16le').swap16();
  const digest = createHash('sha1').update(password).update('Mighty Aphrodite').update(store).digest();
  return Buffer.concat([store, digest]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

/** As Java's DataOutput writes texts: the length in two bytes, then the text. */
function utf(text: string): Buffer {
  const bytes = Buffer.alloc(2 + text.length);
  bytes.writeUInt16BE(text.length);
  bytes.write(text, 2, 'latin1');
  return bytes;
}
