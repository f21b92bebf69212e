/** The read in progress, and the next one, for callers that arrived meanwhile. */
interface Reads<T> {
  running: Promise<T>;
  next?: Promise<T>;
}

/**
 * Shares reads of the same thing among concurrent callers. No caller gets the result of a read that
 * began before they asked, because it may miss their own last write. Callers that arrive during a
 * read share the next one, or its failure.
 */
export function joinReads<Key extends readonly (string | number | null)[], T>(
  read: (...key: Key) => Promise<T>,
): (...key: Key) => Promise<T> {
  const all = new Map<string, Reads<T>>();

  const begin = (name: string, key: Key): Promise<T> => {
    const running = read(...key);
    const reads: Reads<T> = { running };
    all.set(name, reads);
    const forget = () => {
      if (all.get(name) === reads) all.delete(name);
    };
    // Without a waiting caller the entry is removed. The next read begins even if this one failed.
    running.then(() => {
      if (reads.next === undefined) forget();
    }, forget);
    return running;
  };

  return (...key) => {
    const name = key.join(' ');
    const reads = all.get(name);
    if (reads === undefined) return begin(name, key);
    reads.next ??= reads.running.then(() => begin(name, key));
    return reads.next;
  };
}
