import { createCipheriv, createHash } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const MB = 1_000_000;
const PIECE = 4 * MB;

/** Folders, which become zips at Zenodo. */
export const FOLDERS = ['Expedition 2024', 'Übersicht'] as const;

/** 40 files with 2 GB in total: sizes in MB by path. */
const SIZES = new Map<string, number>([
  ['radar flight.h5', 500],
  ...numbered('profile', 3, 150, 'nc'),
  ...numbered('scan', 6, 40, 'tif'),
  ...numbered('Messung Nr. ', 10, 1, 'csv'),
  ...numbered(`${FOLDERS[0]}/raw/day-`, 10, 60, 'bin'),
  ...numbered(`${FOLDERS[1]}/karte-`, 10, 20, 'png'),
]);

/** A file of a researcher. */
export interface SourceFile {
  path: string;
  size: number;
  md5: string;
}

/** Writes the files. Each has different bytes that cannot be compressed. */
export async function makeFiles(folder: string): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  for (const [path, megabytes] of SIZES) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    const key = createHash('sha256').update(path).digest();
    const noise = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
    const md5 = createHash('md5');
    const file = await open(join(folder, path), 'w');
    const size = megabytes * MB - 1;
    for (let left = size; left > 0; left -= PIECE) {
      const bytes = noise.update(Buffer.alloc(Math.min(left, PIECE)));
      md5.update(bytes);
      await file.write(bytes);
    }
    await file.close();
    files.push({ path, size, md5: md5.digest('hex') });
  }
  return files;
}

function numbered(name: string, count: number, megabytes: number, ending: string): [string, number][] {
  return Array.from({ length: count }, (_, at) => [`${name}${at + 1}.${ending}`, megabytes]);
}
