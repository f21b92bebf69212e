/** How many tokens are remembered; the oldest are forgotten first. */
const MAX_REMEMBERED = 10_000;

export type TokenMemory = ReturnType<typeof createTokenMemory>;

/** Remembers tokens, by hash, for `duration` milliseconds. A cache: it may be lost. */
export function createTokenMemory(now: () => number, duration: number) {
  const ends = new Map<string, number>();
  return {
    add(hash: string): void {
      ends.delete(hash);
      ends.set(hash, now() + duration);
      const oldest = ends.keys().next();
      if (ends.size > MAX_REMEMBERED && !oldest.done) ends.delete(oldest.value);
    },

    has(hash: string): boolean {
      const end = ends.get(hash);
      if (end === undefined) return false;
      if (end > now()) return true;
      ends.delete(hash);
      return false;
    },

    delete(hash: string): void {
      ends.delete(hash);
    },
  };
}
