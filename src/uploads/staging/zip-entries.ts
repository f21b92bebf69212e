import { text } from 'node:stream/consumers';
import { type Entry, openPromise } from 'yauzl';

/** What may still be looked at; it gets less with all that was. */
interface SearchBudget {
  /** Entries of zips, whatever they are. */
  entries: number;
  /** Files of the name that is looked for. */
  manifests: number;
  /** Bytes of these, unpacked. */
  bytes: number;
  /** When the search is over, as `performance.now()` counts. */
  readonly endsAt: number;
}

/**
 * Takes one file of `size` bytes out of the budget; false, and nothing is taken, if that is more
 * than is left.
 */
export function takeFrom(budget: SearchBudget, size: number): boolean {
  if (budget.manifests < 1 || budget.bytes < size || performance.now() > budget.endsAt) return false;
  budget.manifests -= 1;
  budget.bytes -= size;
  return true;
}

/**
 * Hands out the texts of all entries of a zip that have a certain file name, in whatever folder,
 * one after the other, as far as the budget goes; only the directory and these entries are read.
 * Resolves with false if there may be more, because the zip is too large, damaged or encrypted. In
 * what is no zip at all there is nothing.
 */
export async function eachZipped(
  path: string,
  name: string,
  budget: SearchBudget,
  take: (text: string) => Promise<void>,
): Promise<boolean> {
  const zip = await openPromise(path).catch(() => null);
  if (zip === null) return true;
  let complete = true;
  try {
    for await (const entry of zip.eachEntry()) {
      budget.entries -= 1;
      if (budget.entries < 0 || performance.now() > budget.endsAt) return false;
      if (!isNamed(entry, name)) continue;
      // A smaller one may still be within the budget.
      if (takeFrom(budget, entry.uncompressedSize))
        await take(await text(await zip.openReadStreamPromise(entry)));
      else complete = false;
    }
    return complete;
  } catch {
    return false;
  } finally {
    zip.close();
  }
}

function isNamed({ fileName }: Entry, name: string): boolean {
  return fileName.split('/').at(-1)?.toLowerCase() === name;
}
