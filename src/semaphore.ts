/** A caller that waits for a slot. */
interface Waiter {
  owner: string;
  grant(): void;
}

export type Semaphore = ReturnType<typeof createSemaphore>;

/**
 * Limits how many transfers run at once, in total and per owner. Further ones queue; none is
 * refused.
 */
export function createSemaphore(total: number, perOwner: number) {
  const running = new Map<string, number>();
  const line: Waiter[] = [];
  let taken = 0;

  const fits = (owner: string) => taken < total && (running.get(owner) ?? 0) < perOwner;
  const take = (owner: string) => {
    taken += 1;
    running.set(owner, (running.get(owner) ?? 0) + 1);
  };
  const next = () => {
    // The owner with the fewest running transfers comes first, then the longest waiting. A user
    // with a thousand files must not block a user with one.
    const fitting = line.filter(({ owner }) => fits(owner));
    const [first] = fitting.sort((a, b) => (running.get(a.owner) ?? 0) - (running.get(b.owner) ?? 0));
    if (first === undefined) return;
    line.splice(line.indexOf(first), 1);
    first.grant();
  };
  const release = (owner: string) => {
    taken -= 1;
    const left = (running.get(owner) ?? 1) - 1;
    if (left === 0) running.delete(owner);
    else running.set(owner, left);
    next();
  };

  return {
    /**
     * Resolves with a function that releases the slot. Throws the signal's reason if that comes
     * first.
     */
    acquire(owner: string, signal: AbortSignal): Promise<() => void> {
      return new Promise((resolve, reject) => {
        let given = false;
        const grant = () => {
          signal.removeEventListener('abort', leave);
          take(owner);
          resolve(() => {
            if (given) return;
            given = true;
            release(owner);
          });
        };
        const waiter = { owner, grant };
        const leave = () => {
          const index = line.indexOf(waiter);
          if (index !== -1) line.splice(index, 1);
          reject(signal.reason);
        };
        if (signal.aborted) return reject(signal.reason);
        if (fits(owner)) return grant();
        signal.addEventListener('abort', leave, { once: true });
        line.push(waiter);
      });
    },
    /** The number of running and of waiting transfers. */
    load: () => ({ running: taken, waiting: line.length }),
  };
}
