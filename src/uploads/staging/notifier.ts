/** Nothing arrived for longer than a reader waits. */
export class WaitTimeout extends Error {
  override readonly name = 'WaitTimeout';
}

/** Wakes waiting readers. */
export function createNotifier() {
  const waiting = new Set<{ wake: () => void; fail: (reason: unknown) => void }>();
  let failure: { reason: unknown } | null = null;
  return {
    notify(): void {
      for (const { wake } of waiting) wake();
    },
    /** From now on every wait throws `reason`. */
    fail(reason: unknown): void {
      failure = { reason };
      for (const { fail } of waiting) fail(reason);
    },
    /** Resolves at the next notification. Throws WaitTimeout after `timeout` milliseconds. */
    next(timeout = Number.POSITIVE_INFINITY): Promise<void> {
      if (failure !== null) return Promise.reject(failure.reason);
      return new Promise((resolve, reject) => {
        const end = (done: () => void) => {
          clearTimeout(timer);
          waiting.delete(waiter);
          done();
        };
        const waiter = {
          wake: () => end(resolve),
          fail: (reason: unknown) => end(() => reject(reason)),
        };
        const timer = Number.isFinite(timeout)
          ? setTimeout(() => waiter.fail(new WaitTimeout('nothing came')), timeout)
          : undefined;
        waiting.add(waiter);
      });
    },
  };
}
