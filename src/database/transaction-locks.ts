// Raw SQL: advisory locks.
import type { Database } from './prisma.js';

type Writes = Pick<Database, '$executeRaw'>;

/**
 * Locks the uploads of a deposition until the transaction ends. What begins an upload and what must
 * keep uploads away both take it first, so that one of them sees the other.
 */
export async function lockUploadsOf(tx: Writes, depositionId: number | bigint): Promise<void> {
  await lock(tx, `deposition ${depositionId}`);
}

/** Locks the reservations on a staging volume until the transaction ends: they see each other. */
export async function lockReservations(tx: Writes, volume: string): Promise<void> {
  await lock(tx, volume);
}

async function lock(tx: Writes, key: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${key}))`;
}
