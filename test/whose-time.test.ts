import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { type WithLiveToken, zenodoForCaller } from '../src/connections/zenodo-for-caller.js';
import { openCall } from '../src/depositions/call.js';
import type { DraftsContext } from '../src/depositions/context.js';
import { findOrCreateDraft } from '../src/depositions/create.js';
import { withLock } from '../src/depositions/draft-lock.js';
import type { Problem } from '../src/errors.js';
import { createThreadPool } from '../src/thread-pool/pool.js';
import type { ZenodoClient } from '../src/zenodo/client.js';
import { zenodoLate } from '../src/zenodo/unreachable.js';

/** The time of a call, in milliseconds. Its clock stands still, so that only Zenodo ends it. */
const BUDGET = 2000;

/** Another call is in the way for so many looks: for more than half of that time. */
const LOCK_LOOKS = 7;
const CLAIM_LOOKS = 14;

/** A call whose Zenodo is silent. `taken` says whether another call is in the way. */
function callBehind(taken: () => Promise<boolean>) {
  const send = async () => {
    throw zenodoLate();
  };
  const run: WithLiveToken = (ask) => ask('token');
  const limits = { left: () => BUDGET };
  const context = {
    zenodoFor: () => zenodoForCaller({ send } as unknown as ZenodoClient, run, limits),
    draftRepository: {
      lock: async () => ((await taken()) ? null : 'row'),
      unlock: async () => undefined,
      claim: async () => ({ mine: !(await taken()), row: { id: 'row', depositionId: null } }),
      abandon: async () => undefined,
    },
    log: { warn: () => undefined },
    // Starts no thread before the first task.
    threads: createThreadPool(),
  } as unknown as DraftsContext;
  return openCall(context, { kind: 'personal', owner: 'token:x', token: 'x' }, limits);
}

/** What the caller is told. */
function told(work: Promise<unknown>): Promise<Problem> {
  return work.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: Problem) => error.told(),
  );
}

const firstLooks = (count: number) => {
  let looks = 0;
  return async () => {
    looks += 1;
    return looks <= count;
  };
};

const slowly = async () => {
  await sleep(0.55 * BUDGET);
  return false;
};

t.test('waiting for another call is no slowness of this service', async (t) => {
  const locked = callBehind(firstLooks(LOCK_LOOKS));
  const claimed = callBehind(firstLooks(CLAIM_LOOKS));
  const [lock, claim] = await Promise.all([
    told(withLock(locked, 1, { wait: true }, () => locked.deposits.delete(1))),
    told(findOrCreateDraft(claimed, 'container')),
  ]);
  t.equal(lock.code, 'zenodo_timeout');
  t.match(claim, { code: 'zenodo_timeout', members: { outcome: 'unknown' } });
});

t.test('a slow database is told as such, also if a draft may have been created', async (t) => {
  const slow = callBehind(slowly);
  const [lock, claim] = await Promise.all([
    told(withLock(slow, 1, { wait: true }, () => slow.deposits.delete(1))),
    told(findOrCreateDraft(callBehind(slowly), 'container')),
  ]);
  t.equal(lock.code, 'service_unavailable');
  t.match(claim, {
    code: 'service_unavailable',
    detail: /was left for Zenodo’s answer\..* may have created an empty draft/,
    members: { outcome: 'unknown', retry_after: 5 },
  });
});
