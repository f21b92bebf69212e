import type { UploadLinkEnd } from '../database/generated/client.js';
import type { Database } from '../database/prisma.js';

/**
 * Ends live upload links, in the transaction that records the reason. Returns how many there were.
 */
export async function endUploadLinks(
  tx: Pick<Database, 'uploadLink'>,
  which: { connectionId: string } | { depositionId: number } | { id: string },
  reason: UploadLinkEnd,
  endedAt: Date,
): Promise<number> {
  const { count } = await tx.uploadLink.updateMany({
    where: { ...which, endedAt: null },
    data: { endedAt, reason },
  });
  return count;
}
