import { randomUUID } from 'node:crypto';
import { type Caller, connectionOf } from '../connections/caller.js';
import { problem } from '../errors.js';
import { pause } from '../time.js';
import type { AccessContext, Limits } from './context.js';

/** How often a lock is renewed: three times in its life. Milliseconds. */
const RENEWAL = 5_000;

/** How often somebody who waits looks whether the deposition is free. Milliseconds. */
const POLL = 200;

/**
 * Renews the lock on a draft's row for as long as `work` takes. A renewal that fails is made up for
 * by the next.
 */
export async function keepLock<T>(
  { rows }: Pick<AccessContext, 'rows'>,
  rowId: string,
  me: string,
  work: () => Promise<T>,
): Promise<T> {
  const renew = () => void rows.renew(rowId, me).catch(() => undefined);
  const timer = setInterval(renew, RENEWAL).unref();
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/**
 * Does `work` on a deposition while no other call of this owner does, in any replica. If it is
 * taken, `wait` says whether to wait for it until the deadline or to throw `operation_in_progress`
 * at once; `work` is told whether it had to. The lock of a process that died ends within 15 s;
 * `retry_after` says when.
 */
export async function withLock<T>(
  context: AccessContext,
  caller: Caller,
  depositionId: number,
  { limits, wait }: { limits: Limits; wait: boolean },
  work: (waited: boolean) => Promise<T>,
): Promise<T> {
  const me = randomUUID();
  let waited = false;
  let rowId: string | null;
  for (;;) {
    rowId = await context.rows.lock(caller.owner, connectionOf(caller), depositionId, me);
    if (rowId !== null) break;
    limits.signal?.throwIfAborted();
    if (!wait || context.now() + POLL >= limits.deadline) {
      throw problem(
        'operation_in_progress',
        'Another call is working on this deposition. Try again in a moment.',
        { retry_after: Math.max(1, await context.rows.taken(caller.owner, depositionId)) },
      );
    }
    waited = true;
    await pause(POLL, limits.signal);
  }
  try {
    return await keepLock(context, rowId, me, () => work(waited));
  } finally {
    await context.rows.unlock(rowId, me);
  }
}
