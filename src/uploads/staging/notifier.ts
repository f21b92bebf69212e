/** Something fell silent for longer than its reader waits. */
export class WaitTimeout extends Error {
  override readonly name = 'WaitTimeout';
}

/** Wakes those who wait for news. */
export function createNotifier() {
  const waiting = new Set<{ wake: () => void; fail: (reason: unknown) => void }>();
  let failure: { reason: unknown } | null = null;
  return {
    ring(): void {
      for (const { wake } of waiting) wake();
    },
    /** From now on every wait throws `reason`. */
    fail(reason: unknown): void {
      failure = { reason };
      for (const { fail } of waiting) fail(reason);
    },
    /** Resolves at the next ring. Throws WaitTimeout after `timeout` milliseconds without one. */
    next(timeout = Number.POSITIVE_INFINITY): Promise<void> {
      if (failure !== null) return Promise.reject(failure.reason);
      return new Promise((resolve, reject) => {
        const settle = (end: () => void) => {
          clearTimeout(timer);
          waiting.delete(waiter);
          end();
        };
        const waiter = {
          wake: () => settle(resolve),
          fail: (reason: unknown) => settle(() => reject(reason)),
        };
        const timer = Number.isFinite(timeout)
          ? setTimeout(() => waiter.fail(new WaitTimeout('nothing came')), timeout)
          : undefined;
        waiting.add(waiter);
      });
    },
  };
}
