/** Reads of one thing: one under way, and one that begins after it for all who came meanwhile. */
interface Reads<T> {
  running: Promise<T>;
  next?: Promise<T>;
}

/**
 * Makes reads of the same thing once for all who ask in the same moment. No one is answered by a
 * read that began before they asked, for it may have missed what they did just before. Those who
 * come while one is under way share the next one, or its failure.
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
    // Without anyone who waits for the next one it is over; where it fails, it fails for them too.
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
