import { DatabaseSilent } from '../database/failures.js';
import { type Problem, problem } from '../errors.js';
import type { Tick } from '../periodic.js';
import { countdown, poll, within } from '../time.js';
import { LeaseLost } from './rows/lease-lost.js';
import type { UploadRepository } from './rows/upload-repository.js';

/** Beats between two renewals: three in the lifetime of a lease. */
const RENEWAL = 5;

/**
 * How long a renewal may take, in milliseconds. A connection that does not respond must not delay
 * the next renewal, which uses another one.
 */
const LONGEST_RENEWAL = 4000;

/** How long stopped work may take to end, in milliseconds. */
const LAST_GRACE = 5000;

/** Stops the work on an upload: its lease is lost, its end was requested, or this process ends. */
type Stop = (kind: 'cancelled' | 'lost' | 'released', reason: Problem) => void;

export type Leases = ReturnType<typeof createLeases>;

/** Renews the leases on all uploads of this process in one statement. */
export function createLeases(uploadRepository: UploadRepository, tick: Tick) {
  const held = new Map<string, { stop: Stop; coming: () => number }>();

  const cancel = (id: string) =>
    held.get(id)?.stop('cancelled', problem('upload_cancelled', 'The upload was cancelled.'));

  const renew = async () => {
    const ids = [...held.keys()];
    const renewed = uploadRepository.renew([...held].map(([id, { coming }]) => ({ id, coming: coming() })));
    const kept = await within(LONGEST_RENEWAL, renewed, () => new DatabaseSilent());
    for (const id of ids) {
      const lease = kept.get(id);
      if (lease?.cancelled) cancel(id);
      if (lease === undefined) held.get(id)?.stop('lost', new LeaseLost());
    }
  };
  const renewals = tick.every(RENEWAL, 'renewing leases', renew);

  return {
    /**
     * Renews the lease on an upload until the returned function is called. `coming`: bytes that are
     * still to be staged.
     */
    hold(id: string, stop: Stop, coming = () => 0): () => void {
      const entry = { stop, coming };
      held.set(id, entry);
      return () => {
        if (held.get(id) === entry) held.delete(id);
      };
    },
    /** Ids of the held uploads. */
    ids: () => [...held.keys()],
    /** Number of held leases. */
    count: () => held.size,
    /** Stops the work on an upload if this process holds it. */
    cancel,
    /**
     * Waits `grace` milliseconds for the work to end, then stops the rest, so that other processes
     * can take over.
     */
    async release(grace: number): Promise<void> {
      const isEmpty = async () => held.size === 0 || null;
      await poll(isEmpty, { interval: 50, left: countdown(grace) });
      const reason = problem('service_unavailable', 'This process is shutting down.', { retry_after: 5 });
      for (const { stop } of held.values()) stop('released', reason);
      await poll(isEmpty, { interval: 20, left: countdown(LAST_GRACE) });
      await renewals.stop();
    },
  };
}
