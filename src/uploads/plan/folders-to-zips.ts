import { Problem, problem } from '../../errors.js';
import { checkName, checkPath, distinctNames, fileFault, nameKey, quoted } from './file-names.js';

/**
 * `zip`: each top-level folder becomes one zip. `never`: paths are flattened, `a/b.csv` to
 * `a_b.csv`.
 */
export type ArchiveMode = 'zip' | 'never';

/** A file as it will be at Zenodo: one file as sent, or a zip of several. */
export interface PlannedFile {
  name: string;
  /**
   * Paths inside the zip by path as sent, in the order of the zip; null for a file sent as it is.
   */
  entries: { path: string; entry: string }[] | null;
  /** Paths as sent. */
  paths: string[];
}

/**
 * A fault, and the path that cannot be used because of it: a folder's ends with a slash; null if it
 * concerns all.
 */
export interface LayoutFault {
  fault: Problem;
  path: string | null;
}

/** The draft that the files come to. */
export interface DraftBefore {
  /** Folders whose zips are on it. */
  folders: readonly string[];
  /** How many files it takes. */
  most: number;
}

/** The planned files, and the faults of the others in the order they were found. */
interface Layout {
  files: PlannedFile[];
  faults: LayoutFault[];
}

/**
 * Plans the paths of all parts, as far as they are usable, and lists the faults of the others:
 * invalid_file_name or duplicate_file_name. `prefix`: a folder that is removed from all paths. By
 * default it is the folder that *all* of them share, because applications send their storage paths.
 * Its innermost folder is kept, and becomes a zip, if these would be too many files otherwise.
 */
export function layOut(
  paths: readonly string[],
  archive: ArchiveMode,
  prefix?: string,
  { folders = [], most = Number.POSITIVE_INFINITY }: Partial<DraftBefore> = {},
): Layout {
  const faults: LayoutFault[] = [];
  const distinct = distinctNames();
  const usable = without(faults, paths, (path) => path, [checkPath, distinct]);
  const shared = prefix ?? commonDirectory(usable, folders);
  let all = placed(usable, archive, shared);
  if (prefix === undefined && shared !== '' && archive === 'zip' && all.length > most)
    all = placed(usable, archive, shared.slice(0, shared.lastIndexOf('/', shared.length - 2) + 1));
  const files = without(faults, all, pathOf, [
    ({ name }) => checkName(name),
    distinctFiles(),
    ({ entries }) => entries !== null && refuseFileAsFolder(entries),
  ]);
  return { files, faults };
}

/** The items that pass a check. The faults of the others are added to `faults`. */
export function without<T>(
  faults: LayoutFault[],
  items: readonly T[],
  pathOfItem: (item: T) => string | null,
  checks: ((item: T) => unknown)[],
): T[] {
  return items.filter((item) => {
    try {
      for (const check of checks) check(item);
      return true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      faults.push({ fault: error, path: pathOfItem(item) });
      return false;
    }
  });
}

/** The path that a planned file was sent under. A folder's ends with a slash. */
export function pathOf({ name, entries, paths }: PlannedFile): string {
  return entries === null ? (paths[0] ?? name) : `${name.slice(0, -4)}/`;
}

/** The planned files, with folders as one file each. */
function placed(paths: readonly string[], archive: ArchiveMode, prefix: string): PlannedFile[] {
  const plan = new Map<string, PlannedFile>();
  for (const path of paths) {
    const rest = path.slice(prefix.length);
    const slash = rest.indexOf('/');
    if (slash === -1 || archive === 'never') {
      const name = rest.replaceAll('/', '_');
      plan.set(path, { name, entries: null, paths: [path] });
      continue;
    }
    const folder = rest.slice(0, slash);
    const zip = plan.get(`${folder}/`) ?? { name: `${folder}.zip`, entries: [], paths: [] };
    zip.entries?.push({ path, entry: rest });
    zip.paths.push(path);
    plan.set(`${folder}/`, zip);
  }
  const files = [...plan.values()];
  for (const file of files) file.entries?.sort((a, b) => (a.entry < b.entry ? -1 : 1));
  return files;
}

/** No zip with `d/x` and `d/x/y` can be unpacked. Throws duplicate_file_name. */
export function refuseFileAsFolder(entries: readonly { path: string; entry: string }[]): void {
  // With a slash appended, a file sorts directly before the content of the folder of its name.
  const files = entries.map(({ path, entry }) => ({ path, key: `${nameKey(entry)}/` }));
  files.sort((a, b) => (a.key < b.key ? -1 : 1));
  for (const [index, { path, key }] of files.entries()) {
    const next = files[index + 1];
    if (next === undefined || next.key === key || !next.key.startsWith(key)) continue;
    throw problem(
      'duplicate_file_name',
      `${quoted(path)} is both a file and the folder of ${quoted(next.path)}. Rename one of them and send all files again.`,
      { errors: [fileFault(path, `is also the folder of ${quoted(next.path)}`)] },
    );
  }
}

/**
 * Checks files one by one. Throws duplicate_file_name if two files with different paths get the
 * same name.
 */
function distinctFiles(): (file: PlannedFile) => void {
  const seen = new Map<string, PlannedFile>();
  return (file) => {
    const twin = seen.get(nameKey(file.name));
    if (twin === undefined) {
      seen.set(nameKey(file.name), file);
      return;
    }
    refuseSameName(twin, file);
  };
}

/** Throws duplicate_file_name for two files that cannot both be at Zenodo. */
export function refuseSameName(twin: PlannedFile, file: PlannedFile): never {
  const message = `would both be named ${quoted(file.name)}`;
  throw problem(
    'duplicate_file_name',
    `${origin(twin)} and ${origin(file)} ${message} at Zenodo. Rename one of them and send all files again.`,
    { errors: [twin, file].map((one) => fileFault(one.paths[0] ?? one.name, message)) },
  );
}

/** Names the origin of a planned file in a sentence. */
function origin({ name, paths, entries }: PlannedFile): string {
  return entries === null ? quoted(paths[0] ?? name) : `the folder ${quoted(name.slice(0, -4))}`;
}

/**
 * The longest folder, with its slash, that all paths share; empty if there is none. A folder in
 * `folders` is never part of it: the paths are more parts of its zip.
 */
export function commonDirectory(paths: readonly string[], folders: readonly string[] = []): string {
  const [first, ...others] = paths;
  if (first === undefined) return '';
  let prefix = first.slice(0, first.lastIndexOf('/') + 1);
  for (const path of others) {
    while (!path.startsWith(prefix)) prefix = prefix.slice(0, prefix.lastIndexOf('/', prefix.length - 2) + 1);
  }
  const names = prefix.split('/');
  const outermost = names.findIndex((name) => folders.includes(name));
  return outermost === -1
    ? prefix
    : names
        .slice(0, outermost)
        .map((name) => `${name}/`)
        .join('');
}
