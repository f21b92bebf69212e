import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** A file of the container on this disk. */
export interface ContainerFile {
  /** Path inside the container, with slashes. */
  path: string;
  location: string;
  size: number;
}

/**
 * What a folder contains, and which parts of it are not sent: hidden files and anything that is not
 * a plain file.
 */
interface Container {
  files: ContainerFile[];
  leftOut: string[];
}

/**
 * All files under a folder, the manifest first. Hidden files and links are left out. Throws if
 * there is none.
 */
export async function listContainer(folder: string): Promise<Container> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files: ContainerFile[] = [];
  const leftOut: string[] = [];
  for (const entry of entries) {
    const location = join(entry.parentPath, entry.name);
    const path = relative(folder, location).split(sep).join('/');
    if (entry.isDirectory()) continue;
    if (!entry.isFile() || /(^|\/)\./.test(path)) {
      leftOut.push(path);
      continue;
    }
    files.push({ path, location, size: (await stat(location)).size });
  }
  if (files.length === 0) throw new Error(`${folder} has no files`);
  const rank = ({ path }: ContainerFile) => (path === 'manifest.rdmc' ? '' : path);
  return { files: files.sort((a, b) => (rank(a) < rank(b) ? -1 : 1)), leftOut };
}

/** md5 of a file, in hex. */
export async function md5OfFile(location: string): Promise<string> {
  const hash = createHash('md5');
  await pipeline(createReadStream(location), hash);
  return hash.digest('hex');
}
