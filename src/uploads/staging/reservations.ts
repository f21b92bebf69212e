// Raw SQL: sums computed inside the database.
import type { Database, Transaction } from '../../database/prisma.js';
import { lockReservations } from '../../database/transaction-locks.js';
import { problem } from '../../errors.js';
import { createSemaphore } from '../../semaphore.js';
import { withDeadline } from '../../time.js';
import type { Kept } from '../rows/kept-uploads.js';
import { tusNeeds } from '../rows/tus-needs.js';
import { stagingFull } from './faults.js';
import type { Staging } from './staging.js';

export type Reservations = ReturnType<typeof createReservations>;

/**
 * How long a reservation may wait for a connection, and for those of other processes, in
 * milliseconds.
 */
const LIMITS = { maxWait: 5000, timeout: 15_000 };

/** How long a reading of the free space is used, in milliseconds. */
const FRESH = 250;

/**
 * Keeps the staging volume from filling up: space is reserved before bytes arrive, across all
 * replicas that share the volume. `minFree` bytes always stay free, and one owner may only use a
 * share. Bytes of failed uploads that are `kept` are removed if space is needed. A reservation
 * waits `longestLine` milliseconds for its turn.
 */
export function createReservations(
  database: Database,
  staging: Pick<Staging, 'volume' | 'space' | 'remove'>,
  limits: { minFree: number; share: number; longestLine: number },
  kept: Pick<Kept, 'bytes' | 'giveWay'>,
) {
  let looked = { at: Number.NEGATIVE_INFINITY, free: 0 };
  // One after the other: waiting for the lock, they would use all connections of the process.
  const line = createSemaphore(1, 1);

  const reserveNow = async <T>(
    owner: string,
    bytes: number,
    write: (tx: Transaction) => Promise<T>,
  ): Promise<T> => {
    const { total, free } = await staging.space();
    return database.$transaction(async (tx) => {
      // Concurrent reservations must see each other.
      await lockReservations(tx, staging.volume);
      const lackingWith = ({ coming }: Sums) => limits.minFree + bytes + coming - free;
      let sums = await sumsOf(tx, { volume: staging.volume, owner, most: true });
      if (lackingWith(sums) > 0) sums = await sumsOf(tx, { volume: staging.volume, owner, most: false });
      if (lackingWith(sums) > 0) throw new SpaceLacking(lackingWith(sums));
      if (sums.owned + bytes > total * limits.share) throw shareTaken();
      return write(tx);
    }, LIMITS);
  };

  const removeKept = async (bytes: number): Promise<boolean> => {
    const gone = await kept.giveWay(staging.volume, bytes);
    for (const id of gone) await staging.remove(id);
    return gone.length > 0;
  };

  let giving: Promise<boolean> | null = null;

  /**
   * Removes bytes that are only kept for a retry. Returns whether there were any. Those who come
   * while some are being removed wait for that: for them there may be no others.
   */
  const giveWay = (bytes: number): Promise<boolean> => {
    giving ??= removeKept(bytes).finally(() => {
      giving = null;
    });
    return giving;
  };

  const look = async (): Promise<void> => {
    looked = { at: performance.now(), free: (await staging.space()).free };
  };

  const reserveWithin = async <T>(
    owner: string,
    bytes: number,
    write: (tx: Transaction) => Promise<T>,
  ): Promise<T> => {
    try {
      return await reserveNow(owner, bytes, write);
    } catch (error) {
      if (!(error instanceof SpaceLacking)) throw error;
      if (await giveWay(error.lacking)) return reserveWithin(owner, bytes, write);
      throw stagingFull();
    }
  };

  return {
    /** False if the volume is full even without bytes that are only kept. */
    async hasSpace(): Promise<boolean> {
      const lacking = limits.minFree - (await staging.space()).free;
      return lacking <= 0 || (await kept.bytes(staging.volume).catch(() => 0)) >= lacking;
    },

    /** Throws staging_full if the volume is full. Cheap enough for every write. */
    async check(): Promise<void> {
      if (performance.now() - looked.at > FRESH) await look();
      if (looked.free >= limits.minFree) return;
      // Others may have made room since the look, or be removing less than this needs.
      for (let gave = true; gave && looked.free < limits.minFree; await look())
        gave = await giveWay(limits.minFree - looked.free);
      if (looked.free < limits.minFree) throw stagingFull();
    },

    /**
     * Reserves `bytes` for an upload that begins or needs more space for its zips. `write` records
     * it in the same transaction; its result is returned. Throws staging_full, and
     * service_unavailable if the turn does not come in time.
     */
    async reserve<T>(owner: string, bytes: number, write: (tx: Transaction) => Promise<T>): Promise<T> {
      const turn = (signal: AbortSignal) => line.acquire('', signal);
      const leave = await withDeadline(limits.longestLine, undefined, turn, tooManyWait);
      try {
        return await reserveWithin(owner, bytes, write);
      } finally {
        leave();
      }
    },
  };
}

/** Bytes that are still to be written to a volume, and those that one owner takes and will take. */
interface Sums {
  coming: number;
  owned: number;
}

/** `most`: an upper bound of what is coming, which takes no longer for many files. */
async function sumsOf(
  tx: Transaction,
  { volume, owner, most }: { volume: string; owner: string; most: boolean },
): Promise<Sums> {
  const [sums] = await tx.$queryRaw<Sums[]>`
    WITH tus AS (${tusNeeds(volume, { most })})
    SELECT (coalesce(sum(reserved), 0) + (SELECT coalesce(sum(coming), 0) FROM tus))::float8 AS coming,
      (coalesce(sum(reserved) FILTER (WHERE owner = ${owner}), 0)
        + (SELECT coalesce(sum(whole), 0) FROM tus WHERE owner = ${owner}) + coalesce((
        SELECT sum(f.received) FROM upload_files f JOIN uploads u ON u.id = f.upload_id
        WHERE u.owner = ${owner} AND u.volume = ${volume} AND u.finished_at IS NULL
          AND NOT (u.resumable AND (u.state = 'receiving' OR u.completion IS NOT NULL))
      ), 0))::float8 AS owned
    FROM uploads WHERE volume = ${volume} AND finished_at IS NULL`;
  return sums ?? { coming: 0, owned: 0 };
}

/** Bytes that the volume lacks. */
class SpaceLacking extends Error {
  constructor(readonly lacking: number) {
    super('the staging volume is full');
  }
}

function tooManyWait() {
  return problem(
    'service_unavailable',
    'This service is busy reserving space for uploads. Try again in a moment.',
    {
      retry_after: 10,
    },
  );
}

function shareTaken() {
  return problem(
    'staging_full',
    'Your uploads already use all the space that one user may have here. Wait until they are done.',
    { retry_after: 60 },
  );
}
