export type Semaphore = ReturnType<typeof createSemaphore>;

/** Whose task it is at the parsers: users take turns. */
export interface Turn {
  owner: string;
  /** Milliseconds that are left of their call. */
  left?(): number;
  /**
   * The task waits as long as it must: all bytes of an upload are here, and to refuse them would
   * cost the caller all of them.
   */
  waitsAlways?: boolean;
}

/** What one owner has and waits for. */
interface Owner {
  running: number;
  /** When the owner last took a slot, counted in slots. */
  lastTaken: number;
  /** Those who wait, the longest waiting first. */
  line: Set<() => void>;
}

/**
 * Limits how many transfers run at once, in total and per owner. Further ones queue; none is
 * refused. A user with a thousand files does not block a user with one: the owner with the fewest
 * running transfers comes first, and among these the one who took a slot longest ago.
 */
export function createSemaphore(total: number, perOwner: number) {
  const owners = new Map<string, Owner>();
  let running = 0;
  let waiting = 0;
  let taken = 0;

  const fits = (owner: Owner) => running < total && owner.running < perOwner;
  const isBefore = (a: Owner, b: Owner) =>
    a.running < b.running || (a.running === b.running && a.lastTaken < b.lastTaken);
  const next = () => {
    let first: Owner | undefined;
    for (const owner of owners.values()) {
      if (owner.line.size === 0 || !fits(owner)) continue;
      if (first === undefined || isBefore(owner, first)) first = owner;
    }
    for (const grant of first?.line ?? []) return grant();
  };
  const forget = (name: string, owner: Owner) => {
    if (owner.running === 0 && owner.line.size === 0) owners.delete(name);
  };

  return {
    /**
     * Resolves with a function that releases the slot. Throws the signal's reason if that comes
     * first.
     */
    acquire(name: string, signal: AbortSignal): Promise<() => void> {
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        // Who comes back is behind all who wait already, and before the one who was served last.
        const owner = owners.get(name) ?? { running: 0, lastTaken: taken - 1, line: new Set() };
        owners.set(name, owner);
        let released = false;
        const release = () => {
          if (released) return;
          released = true;
          running -= 1;
          owner.running -= 1;
          next();
          forget(name, owner);
        };
        const leave = () => {
          if (owner.line.delete(grant)) waiting -= 1;
        };
        const abandon = () => {
          leave();
          forget(name, owner);
          reject(signal.reason);
        };
        const grant = () => {
          signal.removeEventListener('abort', abandon);
          leave();
          running += 1;
          taken += 1;
          owner.running += 1;
          owner.lastTaken = taken;
          resolve(release);
        };
        if (fits(owner)) return grant();
        signal.addEventListener('abort', abandon, { once: true });
        owner.line.add(grant);
        waiting += 1;
      });
    },
    /** The number of running and of waiting transfers. */
    load: () => ({ running, waiting }),

    /** The number of an owner's transfers that wait. */
    waitingOf: (name: string): number => owners.get(name)?.line.size ?? 0,
  };
}
