import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Makes a zip of a folder as the service does with staged parts, its md5 included. Arguments: built code, folder, zip. */
const [built = '', folder = '', zip = ''] = process.argv.slice(2);
const load = <T>(name: string) =>
  import(pathToFileURL(join(built, `uploads/staging/${name}.js`)).href) as Promise<T>;
const { zipSize, zipStream } = await load<typeof import('../src/uploads/staging/archive.js')>('archive');
const { createStaged } = await load<typeof import('../src/uploads/staging/staged.js')>('staged');

const names = (await readdir(folder)).sort();
const entries = await Promise.all(
  names.map(async (entry) => ({
    entry,
    path: join(folder, entry),
    size: (await stat(join(folder, entry))).size,
  })),
);
await rm(zip, { force: true });
await createStaged(zip, 'folder.zip').fill(zipStream(entries), { size: zipSize(entries) });
