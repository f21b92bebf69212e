import type { Problem } from './errors.js';

/** Waits for `work` at most so many milliseconds, then throws what `late` makes; the work itself goes on. */
export async function within<T>(milliseconds: number, work: Promise<T>, late: () => Problem): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late()), Math.max(0, milliseconds));
  });
  return Promise.race([work, deadline]).finally(() => clearTimeout(timer));
}
