import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** A file of the container, as it lies on this disk. */
export interface ContainerFile {
  /** Path inside the container, with slashes. */
  path: string;
  location: string;
  size: number;
}

/** All files under a folder, hidden ones left out, the manifest first. Throws if there is none. */
export async function listContainer(folder: string): Promise<ContainerFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files: ContainerFile[] = [];
  for (const entry of entries) {
    const location = join(entry.parentPath, entry.name);
    const path = relative(folder, location).split(sep).join('/');
    if (!entry.isFile() || /(^|\/)\./.test(path)) continue;
    files.push({ path, location, size: (await stat(location)).size });
  }
  if (files.length === 0) throw new Error(`${folder} holds no file`);
  const rank = ({ path }: ContainerFile) => (path === 'manifest.rdmc' ? '' : path);
  return files.sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

/** md5 of a file, in hex. */
export async function md5OfFile(location: string): Promise<string> {
  const hash = createHash('md5');
  await pipeline(createReadStream(location), hash);
  return hash.digest('hex');
}
