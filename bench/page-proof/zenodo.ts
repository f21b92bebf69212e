import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';

/** Where the mock stores the bytes of the file of this size. Throws if there is none. */
export async function onDisk(store: string, size: number): Promise<string> {
  for (const entry of await readdir(store, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && (await stat(path)).size === size) return path;
  }
  throw new Error(`Zenodo holds no file of ${size} bytes`);
}

/** The md5 of each file in a zip, by its path. */
export async function filesInZip(path: string): Promise<Map<string, string>> {
  const zip = await openPromise(path);
  const found = new Map<string, string>();
  for await (const entry of zip.eachEntry()) {
    const md5 = createHash('md5');
    await pipeline(await zip.openReadStreamPromise(entry), md5);
    found.set(entry.fileName, md5.digest('hex'));
  }
  return found;
}
