// Raw SQL: an advisory lock.
import type { Database } from './prisma.js';

/**
 * Locks the uploads of a deposition until the transaction ends. What begins an upload and what must
 * keep uploads away both take it first, so that one of them sees the other.
 */
export async function lockDeposition(
  tx: Pick<Database, '$executeRaw'>,
  depositionId: number | bigint,
): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`deposition ${depositionId}`}))`;
}
