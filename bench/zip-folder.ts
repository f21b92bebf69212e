import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { zipSize } from '../src/uploads/plan/zip-layout.js';
import { zipStream } from '../src/uploads/staging/archive.js';
import { createStagedFile } from '../src/uploads/staging/staged-file.js';

/**
 * Makes a zip of a folder as the service does with staged parts, including its md5. Arguments:
 * folder, zip.
 */
const [folder = '', zip = ''] = process.argv.slice(2);

const names = (await readdir(folder)).sort();
const entries = await Promise.all(
  names.map(async (entry) => ({
    entry,
    path: join(folder, entry),
    size: (await stat(join(folder, entry))).size,
  })),
);
await rm(zip, { force: true });
await createStagedFile(zip, 'folder.zip').fill(zipStream(entries), { size: zipSize(entries) });
