import { text } from 'node:stream/consumers';
import { type Entry, openPromise } from 'yauzl';

/** How many entries of a zip are looked at: the directory of a larger one takes too long to read while a caller waits. */
const MAX_ENTRIES = 100_000;

/**
 * The texts of all entries of a zip that have a certain file name, in whatever folder, each of at most `maxSize` bytes; only its directory and these entries are
 * read. `complete` is false if there may be more, because the zip is too large, damaged or encrypted. In what is no zip at all there is nothing.
 */
export async function readZipped(
  path: string,
  name: string,
  maxSize: number,
): Promise<{ texts: string[]; complete: boolean }> {
  const texts: string[] = [];
  const zip = await openPromise(path).catch(() => null);
  if (zip === null) return { texts, complete: true };
  let count = 0;
  try {
    for await (const entry of zip.eachEntry()) {
      count += 1;
      if (count > MAX_ENTRIES) return { texts, complete: false };
      if (!isNamed(entry, name)) continue;
      if (entry.uncompressedSize > maxSize) return { texts, complete: false };
      texts.push(await text(await zip.openReadStreamPromise(entry)));
    }
    return { texts, complete: true };
  } catch {
    return { texts, complete: false };
  } finally {
    zip.close();
  }
}

function isNamed({ fileName }: Entry, name: string): boolean {
  return fileName.split('/').at(-1)?.toLowerCase() === name;
}
