import { isDatabaseUnavailable } from './database/failures.js';
import { pause } from './time.js';

/**
 * `over`: the next read may begin. It fails if that one would fail too. `next`: that one, for
 * callers that arrived meanwhile.
 */
interface Reads<T> {
  over: Promise<unknown>;
  next?: Promise<T>;
}

/** Makes the read of this key, or waits for one that others with the same key have asked for. */
export type ReadJoin<T, Key = string> = (key: Key, read: () => Promise<T>) => Promise<T>;

/**
 * Shares reads of the same key among concurrent callers. No caller gets the result of a read that
 * began before they asked, because it may miss their own last write. Callers that arrive during a
 * read share the next one, or that the database is away, which no one waits for twice. `gap`:
 * milliseconds between the beginnings of two reads of one key.
 */
export function createReadJoin<T, Key = string>(gap = 0): ReadJoin<T, Key> {
  const all = new Map<Key, Reads<T>>();

  const begin = (key: Key, read: () => Promise<T>): Promise<T> => {
    const running = read();
    // Another failure belongs to those who asked for this read: it may be about a connection that
    // has been authorized again since.
    const failed = running.catch((error: unknown) => {
      if (isDatabaseUnavailable(error)) throw error;
    });
    const over = gap === 0 ? failed : Promise.all([failed, pause(gap)]);
    const reads: Reads<T> = { over };
    all.set(key, reads);
    const forget = () => {
      if (all.get(key) === reads) all.delete(key);
    };
    // Without a waiting caller the entry is removed.
    over.then(() => {
      if (reads.next === undefined) forget();
    }, forget);
    return running;
  };

  return (key, read) => {
    const reads = all.get(key);
    if (reads === undefined) return begin(key, read);
    reads.next ??= reads.over.then(() => begin(key, read));
    return reads.next;
  };
}

/** A read whose concurrent calls with the same key are shared as by `createReadJoin`. */
export function joinReads<Key extends readonly (string | number | null)[], T>(
  read: (...key: Key) => Promise<T>,
): (...key: Key) => Promise<T> {
  const join = createReadJoin<T>();
  return (...key) => join(key.join(' '), () => read(...key));
}
