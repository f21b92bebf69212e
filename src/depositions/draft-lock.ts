import { randomUUID } from 'node:crypto';
import { connectionOf } from '../connections/caller.js';
import { problem } from '../errors.js';
import { every } from '../periodic.js';
import { poll } from '../time.js';
import type { Call } from './call.js';
import type { AccessContext } from './context.js';

/** Milliseconds between two renewals of a lock: three in its lifetime. */
const RENEWAL = 5_000;

/** Milliseconds between two attempts to take a lock. */
const POLL = 200;

/**
 * Renews the lock on a draft's row while `work` runs. A failed renewal is made up for by the next.
 */
export async function keepLock<T>(
  { draftRepository, log }: Pick<AccessContext, 'draftRepository' | 'log'>,
  rowId: string,
  me: string,
  work: () => Promise<T>,
): Promise<T> {
  const renew = () => draftRepository.renew(rowId, me).catch(() => undefined);
  const renewals = every(log, RENEWAL, 'renewing the lock on a draft', renew);
  try {
    return await work();
  } finally {
    void renewals.stop();
  }
}

/**
 * Does `work` while no other call of this owner works on the deposition, in any replica. If the
 * lock is taken, waits until the deadline (`wait`) or throws `operation_in_progress` at once.
 * `work` is told whether it waited. The lock of a dead process expires within 15 s; `retry_after`
 * says when.
 */
export async function withLock<T>(
  { caller, context, limits, paused }: Call<AccessContext>,
  depositionId: number,
  { wait }: { wait: boolean },
  work: (waited: boolean) => Promise<T>,
): Promise<T> {
  const me = randomUUID();
  const { draftRepository } = context;
  let waited = false;
  const look = async () => {
    const row = await draftRepository.lock(caller.owner, connectionOf(caller), depositionId, me);
    waited ||= row === null;
    return row;
  };
  const left = wait ? limits.left : () => 0;
  const rowId = await poll(look, { interval: POLL, left, signal: limits.signal, paused });
  if (rowId === null) {
    throw problem(
      'operation_in_progress',
      'Another call is working on this deposition. Try again in a moment.',
      {
        retry_after: Math.max(1, await draftRepository.taken(caller.owner, depositionId)),
      },
    );
  }
  try {
    return await keepLock(context, rowId, me, () => work(waited));
  } finally {
    // It ends by itself: what the work came to is not lost over it.
    await draftRepository
      .unlock(rowId, me)
      .catch((err: unknown) => context.log.warn({ err }, 'the lock on a draft expires'));
  }
}
