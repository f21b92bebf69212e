import { existsSync } from 'node:fs';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runChild } from '../child.js';
import type { Row } from '../row.js';
import { ROOT } from '../stage.js';

const MB = 1_000_000;

/** Unit of `blocks` in bytes, whatever the unit of the file system. */
const BLOCK = 512;

/**
 * Disk space after an installation: the packages that npm would install, measured where they are
 * here.
 */
export const sizeRow: Row = {
  name: 'size',
  long: true,
  title: 'Installed size',
  async run(stage) {
    const packed = join(stage.folder, 'mock-package');
    const build = [join(ROOT, 'scripts/launch.mjs'), join(ROOT, 'mock-zenodo/build.ts'), packed];
    const log = join(stage.folder, 'build.log');
    await runChild(process.execPath, build, { log });
    const production = await installed('.', [join(ROOT, 'dist'), join(ROOT, 'prisma/migrations')]);
    const mock = await installed('mock-zenodo', [packed]);
    return [
      {
        what: 'for production',
        figures: { MB: { value: production / MB, digits: 0, target: { atMost: 40 } } },
      },
      { what: 'the mock alone', figures: { MB: { value: mock / MB, digits: 0, target: { atMost: 25 } } } },
    ];
  },
};

/** The packages that those of `manifest` need, wherever npm has put them, and our own folders. */
async function installed(manifest: string, own: string[]): Promise<number> {
  const folders = new Set<string>();
  const follow = async (from: string) => {
    const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = await manifestOf(from);
    const peers = Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional);
    for (const name of [...Object.keys(dependencies), ...peers]) {
      const folder = folderOf(name, from);
      if (folder === null || folders.has(folder)) continue;
      folders.add(folder);
      await follow(folder);
    }
  };
  await follow(join(ROOT, manifest));
  const all = [...folders, ...own];
  const sizes = await Promise.all(all.map((folder) => sizeOf(folder)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

interface Manifest {
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

async function manifestOf(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
}

/** Where Node.js finds a package. Null if it is not installed. */
function folderOf(name: string, from: string): string | null {
  for (let at = from; ; at = dirname(at)) {
    const folder = join(at, 'node_modules', name);
    if (existsSync(folder)) return folder;
    if (dirname(at) === at) return null;
  }
}

/** Bytes of a folder, without the packages inside it, which are counted separately. */
async function sizeOf(path: string): Promise<number> {
  const found = await lstat(path);
  if (found.isSymbolicLink()) return 0;
  if (!found.isDirectory()) return found.blocks * BLOCK;
  let sum = 0;
  for (const name of await readdir(path)) if (name !== 'node_modules') sum += await sizeOf(join(path, name));
  return sum;
}
