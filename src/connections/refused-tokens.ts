/** How long a refused token is not tried again, in milliseconds. */
const MEMORY = 60_000;

/** How many are remembered; the oldest are forgotten first. */
const MAX_REMEMBERED = 10_000;

export type RefusedTokens = ReturnType<typeof createRefusedTokens>;

/** Remembers, by hash, foreign tokens that Zenodo refused, so that repeating them costs Zenodo nothing. A cache: it may be lost. */
export function createRefusedTokens(now: () => number) {
  const refused = new Map<string, number>();
  return {
    add(hash: string): void {
      refused.delete(hash);
      refused.set(hash, now() + MEMORY);
      const oldest = refused.keys().next();
      if (refused.size > MAX_REMEMBERED && !oldest.done) refused.delete(oldest.value);
    },
    has(hash: string): boolean {
      const until = refused.get(hash);
      if (until === undefined) return false;
      if (until > now()) return true;
      refused.delete(hash);
      return false;
    },
  };
}
