import type { Problem } from '../../errors.js';
import { every, type Periodic } from '../../periodic.js';
import { countdown, poll } from '../../time.js';
import type { UploadsContext } from '../context.js';
import type { TusFileOf } from '../rows/tus-repository.js';
import { fenced, leaseLost, locked, noSuchFile } from './faults.js';
import { isSilent, type LiveFile, leaseTime } from './live-file.js';

/** Milliseconds between two renewals. */
const RENEWAL = 2000;

/** Milliseconds between two attempts to take a lease. */
const POLL = 200;

/**
 * After this many milliseconds without a byte, an incomplete file is closed. The next byte opens it
 * again.
 */
const IDLE = 10 * 60_000;

/**
 * Waits for the lease on a file. Throws upload_locked. Returns whether a living process handed it
 * over, and when it was requested.
 */
export async function takeLease(
  { tusLeases, timings }: Pick<UploadsContext, 'tusLeases' | 'timings'>,
  { id, path }: TusFileOf,
  token: string,
): Promise<{ handedOver: boolean; at: number }> {
  let seen: number | null = null;
  const look = async () => {
    const at = performance.now();
    const { held, died, activeAt } = await tusLeases.acquire(id, token);
    if (held) return { handedOver: seen !== null && !died, at };
    if (activeAt === null) throw noSuchFile();
    if (seen !== null && activeAt.getTime() > seen) throw locked(path);
    seen ??= activeAt.getTime();
    return null;
  };
  const lease = await poll(look, { interval: POLL, left: countdown(timings.fileWait) });
  if (lease === null) throw locked(path);
  return lease;
}

/**
 * Renews the leases of all live files, and closes idle ones and those that other processes ask for.
 */
export function startRenewals(
  { tusLeases, log }: Pick<UploadsContext, 'tusLeases' | 'log'>,
  live: ReadonlyMap<string, LiveFile>,
  close: (one: LiveFile, fault: Problem) => Promise<void>,
): Periodic {
  const isForgotten = (one: LiveFile, now: number) => one.patch === null && now - one.lastByteAt > IDLE;

  const renew = async () => {
    const at = performance.now();
    const held = [...live.values()].filter(({ closing }) => closing === null);
    if (held.length === 0) return;
    try {
      const renewed = await tusLeases.renew(
        held.map((one) => ({
          id: one.id,
          token: one.token,
          received: one.staged.written,
          active: one.patch !== null && at - one.lastByteAt < RENEWAL,
        })),
      );
      const kept = new Map(renewed.map((row) => [row.id, row]));
      for (const one of held) {
        const row = kept.get(one.id);
        if (row !== undefined) one.safeUntil = at + leaseTime();
        if (row === undefined || row.over) void close(one, row === undefined ? leaseLost() : noSuchFile());
        else if (row.shut && one.patch !== null) void close(one, noSuchFile());
        else if (one.staged.sealed === null && (row.wanted ? isSilent(one) : isForgotten(one, at))) {
          void close(one, fenced(one.staged.label));
        }
      }
    } finally {
      for (const one of held) if (performance.now() > one.safeUntil) void close(one, leaseLost());
    }
  };
  return every(log, RENEWAL, 'renewing leases on files', renew);
}
