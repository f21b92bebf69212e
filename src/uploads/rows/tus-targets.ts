// Raw SQL: searches paths by prefix, and keeps sums in place.
import { Prisma, type TusFile } from '../../database/generated/client.js';
import type { Transaction } from '../../database/prisma.js';
import { problem } from '../../errors.js';
import { duplicate, nameKey } from '../plan/file-names.js';
import { type ArchiveMode, refuseFileAsFolder, refuseSameName } from '../plan/folders-to-zips.js';
import { type Coming, checkPaths, lengthOfPaths, MAX_FILES } from '../plan/limits.js';
import { type FileToSend, planUpload, type SizedFile } from '../plan/plan.js';
import { zipSize } from '../plan/zip-layout.js';

/** Characters of a key that are indexed: see the migration. */
const INDEXED = 500;

/**
 * The expression that is indexed. With a parameter in it, a plan for all values misses the index.
 */
const INDEXED_KEY = Prisma.sql`left(path_key, ${Prisma.raw(String(INDEXED))})`;

type AnnouncedFile = Pick<TusFile, 'id' | 'path' | 'size' | 'pathKey'>;

/** What an announced file becomes, and how that changes its upload. */
interface Placement {
  file: SizedFile;
  pathKey: string;
  /** The same file, announced before, which this one replaces. */
  replaced: AnnouncedFile | null;
  /** The files of the draft so far. */
  coming: Coming[];
}

/**
 * Adds a file to the plan of its upload. It only reads other files whose paths conflict, so that
 * the twenty-thousandth file takes no longer than the first. The caller has locked the upload. The
 * size of zips in the large format is slightly underestimated: the whole is planned and checked
 * again when it is complete. Throws invalid_file_name, duplicate_file_name, empty_file,
 * too_many_files.
 */
export async function addToTargets(
  tx: Transaction,
  uploadId: string,
  sent: FileToSend,
  archive: ArchiveMode,
): Promise<Placement> {
  const file = targetOf(sent, archive);
  const pathKey = nameKey(sent.path);
  const replaced = await findReplaced(tx, uploadId, sent, pathKey);
  if (replaced !== null) await takeFromTargets(tx, uploadId, replaced, archive);
  if (file.entries !== null) await refuseClash(tx, uploadId, sent.path, pathKey);
  const targets = await tx.tusTarget.findMany({ where: { uploadId, files: { gt: 0 } } });
  if (targets.reduce((sum, { files }) => sum + files, 0) >= MAX_FILES) throw tooMany();
  const pathBytes = lengthOfPaths([sent.path]);
  checkPaths(targets.reduce((sum, target) => sum + target.pathBytes, pathBytes));
  const key = nameKey(file.name);
  const isZip = file.entries !== null;
  const twin = targets.find((target) => target.key === key);
  if (twin !== undefined && !(twin.isZip && isZip && twin.name === file.name)) {
    refuseSameName({ ...twin, paths: [twin.path], entries: twin.isZip ? [] : null }, file);
  }
  const bytes = (twin?.bytes ?? 0n) + BigInt(addedBy(file));
  const where = { uploadId_key: { uploadId, key } };
  const sums = { files: (twin?.files ?? 0) + 1, bytes, pathBytes: (twin?.pathBytes ?? 0) + pathBytes };
  const fresh = { name: file.name, isZip, path: sent.path };
  await tx.tusTarget.upsert({
    where,
    create: { uploadId, key, ...fresh, ...sums },
    update: twin === undefined ? { ...fresh, ...sums } : sums,
  });
  const all = [...targets.filter((target) => target !== twin), { ...fresh, bytes }];
  const coming = all.map((target) => ({ name: target.name, size: sizeOf(target) }));
  return { file, pathKey, replaced, coming };
}

/** Removes a file from the plan. The caller has locked the upload. */
export async function takeFromTargets(
  tx: Transaction,
  uploadId: string,
  { path, size, pathKey }: Omit<AnnouncedFile, 'id'>,
  archive: ArchiveMode,
): Promise<void> {
  // Announced by a release that had no targets.
  if (pathKey === null) return;
  const file = targetOf({ path, size: Number(size) }, archive);
  const where = { uploadId, key: nameKey(file.name) };
  const less = {
    files: { decrement: 1 },
    bytes: { decrement: addedBy(file) },
    pathBytes: { decrement: lengthOfPaths([path]) },
  };
  await tx.tusTarget.updateMany({ where, data: less });
  await tx.tusTarget.deleteMany({ where: { ...where, files: { lte: 0 } } });
}

/** What one file becomes. Throws for an invalid name, or empty_file. */
function targetOf(sent: FileToSend, archive: ArchiveMode): SizedFile {
  const { files, faults } = planUpload([sent], { archive, prefix: '' });
  const [file] = files;
  if (file !== undefined) return file;
  throw faults[0]?.fault ?? new Error('a file became nothing');
}

/** Bytes that a file adds to its target at Zenodo. */
function addedBy({ parts, size }: SizedFile): number {
  return parts === null ? size : zipSize(parts) - zipSize([]);
}

function sizeOf({ isZip, bytes }: { isZip: boolean; bytes: bigint }): number {
  return Number(bytes) + (isZip ? zipSize([]) : 0);
}

/**
 * The same file, announced before. Throws duplicate_file_name for a different one with the same
 * key.
 */
async function findReplaced(
  tx: Transaction,
  uploadId: string,
  { path, size }: FileToSend,
  key: string,
): Promise<AnnouncedFile | null> {
  const [twin] = await findByKey(tx, uploadId, [key]);
  if (twin === undefined) return null;
  if (twin.path === path && Number(twin.size) === size) return twin;
  throw duplicate(path, twin.path);
}

/**
 * Throws duplicate_file_name for a path that is also a folder, or that is in a folder that is also
 * a file.
 */
async function refuseClash(tx: Transaction, uploadId: string, path: string, key: string): Promise<void> {
  const segments = key.split('/');
  // The first one is the zip itself.
  const folders = segments.slice(2).map((_, index) => segments.slice(0, index + 2).join('/'));
  const [above] = folders.length === 0 ? [] : await findByKey(tx, uploadId, folders);
  const other = above ?? (await findBelow(tx, uploadId, key));
  if (other !== undefined) refuseFileAsFolder([path, other.path].map((one) => ({ path: one, entry: one })));
}

function findByKey(tx: Transaction, uploadId: string, keys: readonly string[]): Promise<AnnouncedFile[]> {
  return tx.$queryRaw`
    SELECT id, path, size, path_key AS "pathKey" FROM tus_files
    WHERE upload_id = ${uploadId}::uuid AND ${INDEXED_KEY} = ANY(${keys.map(indexed)}) AND path_key = ANY(${keys})
    LIMIT 1`;
}

/** A file in the folder of that name. */
async function findBelow(
  tx: Transaction,
  uploadId: string,
  key: string,
): Promise<{ path: string } | undefined> {
  const prefix = `${key}/`;
  const from = indexed(prefix);
  // Every key that begins with "d/" sorts before "d0", because 0 follows the slash.
  const to = from === prefix ? `${key}0` : `${from}\u{10ffff}`;
  const [row] = await tx.$queryRaw<{ path: string }[]>`
    SELECT path FROM tus_files
    WHERE upload_id = ${uploadId}::uuid AND ${INDEXED_KEY} >= ${from} AND ${INDEXED_KEY} < ${to}
      AND starts_with(path_key, ${prefix})
    LIMIT 1`;
  return row;
}

/** The indexed part of a key. */
function indexed(key: string): string {
  return key.length <= INDEXED ? key : [...key].slice(0, INDEXED).join('');
}

function tooMany() {
  return problem('too_many_files', `An upload may have ${MAX_FILES} files. Send the rest in another upload.`);
}
