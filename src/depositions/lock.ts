import { randomUUID } from 'node:crypto';
import { connectionOf } from '../connections/caller.js';
import { problem } from '../errors.js';
import { every, poll } from '../time.js';
import type { AccessContext } from './context.js';
import { leftOf, type Call } from './call.js';

/** How often a lock is renewed: three times in its life. Milliseconds. */
const RENEWAL = 5_000;

/** How often somebody who waits looks whether the deposition is free. Milliseconds. */
const POLL = 200;

/**
 * Renews the lock on a draft's row for as long as `work` takes. A renewal that fails is made up for
 * by the next.
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
 * Does `work` on a deposition while no other call of this owner does, in any replica. If it is
 * taken, `wait` says whether to wait for it until the deadline or to throw `operation_in_progress`
 * at once; `work` is told whether it had to. The lock of a process that died ends within 15 s;
 * `retry_after` says when.
 */
export async function withLock<T>(
  { caller, context, limits }: Call<AccessContext>,
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
  const left = wait ? leftOf(context, limits) : () => 0;
  const rowId = await poll(look, { interval: POLL, left, signal: limits.signal });
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
    await draftRepository.unlock(rowId, me);
  }
}
