// Raw SQL: the clock of the database.

import type { Database } from '../../database/prisma.js';
import { lockUploadsOf } from '../../database/transaction-locks.js';
import { problem } from '../../errors.js';
import { LIFETIMES } from '../../lifetimes.js';

/** How long a requested deletion may take, in seconds. */
const DELETION = 60;

/** Seconds until the caller of an upload tries again while the draft is being published. */
const PUBLISHED_SOON = 10;

/**
 * Throws operation_in_progress while a draft is being deleted or published. Locks its uploads until
 * the transaction ends: a deletion or publication either has been recorded and is seen here, or
 * comes later and sees what this transaction begins.
 */
export async function requireTakesFiles(
  tx: Pick<Database, '$executeRaw' | '$queryRaw'>,
  depositionId: number | bigint,
): Promise<void> {
  await lockUploadsOf(tx, depositionId);
  const [pending] = await tx.$queryRaw<{ kind: 'delete' | 'publish' }[]>`
    SELECT kind FROM pending_actions JOIN drafts ON draft_id = drafts.id
    WHERE deposition_id = ${depositionId}::bigint AND asked_at > now() - interval '1 second' * CASE kind
      WHEN 'delete' THEN ${DELETION}::int WHEN 'publish' THEN ${LIFETIMES.action}::int END
    LIMIT 1`;
  if (pending === undefined) return;
  const [done, retry_after] =
    pending.kind === 'delete' ? ['deleted', DELETION] : ['published', PUBLISHED_SOON];
  throw problem('operation_in_progress', `The draft is being ${done}, so it accepts no more files.`, {
    retry_after,
  });
}
