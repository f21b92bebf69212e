import { createReadStream } from 'node:fs';
import { text } from 'node:stream/consumers';
import { type Entry, openPromise, type ZipFile } from 'yauzl';

/** What may still be read. It decreases with everything that is read. */
interface SearchBudget {
  /** Entries of zips, of any kind. */
  entries: number;
  /** Files of the wanted name. */
  manifests: number;
  /** Their uncompressed bytes. */
  bytes: number;
  /** When the search ends, by `performance.now()`. */
  readonly endsAt: number;
}

/**
 * Takes one file of `size` bytes from the budget. False, without taking anything, if too little is
 * left.
 */
export function takeFromBudget(budget: SearchBudget, size: number): boolean {
  if (budget.manifests < 1 || budget.bytes < size || performance.now() > budget.endsAt) return false;
  budget.manifests -= 1;
  budget.bytes -= size;
  return true;
}

/**
 * Calls back with the text of each zip entry of a certain file name, in any folder, within the
 * budget. Only the directory and these entries are read. Resolves with false if there may be more,
 * because the zip is too large, damaged or encrypted. A file that is not a zip has none.
 */
export async function eachZipped(
  path: string,
  name: string,
  budget: SearchBudget,
  take: (text: string) => Promise<void>,
): Promise<boolean> {
  let zip: ZipFile;
  try {
    zip = await openPromise(path);
  } catch (error) {
    return isNoZip(path, error);
  }
  let complete = true;
  try {
    for await (const entry of zip.eachEntry()) {
      budget.entries -= 1;
      if (budget.entries < 0 || performance.now() > budget.endsAt) return false;
      if (!isNamed(entry, name)) continue;
      // A smaller one may still fit into the budget.
      if (takeFromBudget(budget, entry.uncompressedSize))
        await take(await text(await zip.openReadStreamPromise(entry)));
      else complete = false;
    }
    return complete && !(await goesOn(path, zip));
  } catch {
    return false;
  } finally {
    zip.close();
  }
}

/**
 * Whether the directory of a zip has more entries than the zip says: some programs write more than
 * 65,535, and count them in two bytes.
 */
async function goesOn(path: string, { readEntryCursor }: ZipFile): Promise<boolean> {
  // Its type wrongly says that it is no number.
  const start = Number(readEntryCursor);
  return (await text(createReadStream(path, { start, end: start + 3 }))) === 'PK\u0001\u0002';
}

/** What yauzl says of a file that has no directory of a zip (thejoshwolfe/yauzl:index.js). */
const NO_DIRECTORY = 'End of central directory record signature not found';

/** Whether a file that cannot be opened is no zip at all: one that was cut off begins like one. */
async function isNoZip(path: string, error: unknown): Promise<boolean> {
  if (!(error instanceof Error) || !error.message.startsWith(NO_DIRECTORY)) return false;
  const start = await text(createReadStream(path, { end: 1 })).catch(() => 'PK');
  return start !== 'PK';
}

function isNamed({ fileName }: Entry, name: string): boolean {
  return fileName.split('/').at(-1)?.toLowerCase() === name;
}
