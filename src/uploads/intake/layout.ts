import { problem } from '../../errors.js';
import { checkDistinct, checkName, fileFault, nameKey, quoted } from '../file-names.js';

/** `zip`: what lies in folders becomes one zip a top-level folder. `never`: it is flattened, `a/b.csv` to `a_b.csv`. */
export type ArchiveMode = 'zip' | 'never';

/** A file as it will stand on Zenodo: one part as it came, or a zip of several. */
export interface PlannedFile {
  name: string;
  /** Paths inside the zip by path as sent, in the order of the zip; null for a file that goes as it is. */
  entries: { path: string; entry: string }[] | null;
  /** Paths as sent. */
  paths: string[];
}

/**
 * What to make of the paths of all parts. A directory prefix that *all* of them share is removed first: applications
 * send their storage paths. Throws invalid_file_name and duplicate_file_name.
 */
export function planFiles(paths: readonly string[], archive: ArchiveMode): PlannedFile[] {
  checkDistinct(paths);
  const prefix = commonDirectory(paths);
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
  for (const { name } of files) checkName(name);
  refuseCollisions(files);
  for (const { entries } of files) if (entries !== null) refuseFileAsFolder(entries);
  return files;
}

/** No zip with `d/x` and `d/x/y` can be unpacked. Throws duplicate_file_name. */
export function refuseFileAsFolder(entries: readonly { path: string; entry: string }[]): void {
  // With a slash behind it, a file stands right before what lies in the folder of its name.
  const files = entries.map(({ path, entry }) => ({ path, key: `${nameKey(entry)}/` }));
  files.sort((a, b) => (a.key < b.key ? -1 : 1));
  for (const [index, { path, key }] of files.entries()) {
    const next = files[index + 1];
    if (next === undefined || next.key === key || !next.key.startsWith(key)) continue;
    throw problem(
      'duplicate_file_name',
      `${quoted(path)} is a file, and the folder of ${quoted(next.path)} too. Rename one and send all again.`,
      { errors: [fileFault(path, `is also the folder of ${quoted(next.path)}`)] },
    );
  }
}

/** Two that were sent under different names may still end up under one. Throws duplicate_file_name. */
function refuseCollisions(files: readonly PlannedFile[]): void {
  const seen = new Map<string, PlannedFile>();
  for (const file of files) {
    const twin = seen.get(nameKey(file.name));
    if (twin !== undefined) {
      const message = `would both be named ${quoted(file.name)}`;
      throw problem(
        'duplicate_file_name',
        `${origin(twin)} and ${origin(file)} ${message} on Zenodo. Rename one and send all again.`,
        { errors: [twin, file].map((one) => fileFault(one.paths[0] ?? one.name, message)) },
      );
    }
    seen.set(nameKey(file.name), file);
  }
}

/** What a file on Zenodo is made of, for a sentence. */
function origin({ name, paths, entries }: PlannedFile): string {
  return entries === null ? quoted(paths[0] ?? name) : `the folder ${quoted(name.slice(0, -4))}`;
}

/** The longest directory prefix, with its slash, that all paths share; empty if there is none. */
export function commonDirectory(paths: readonly string[]): string {
  const [first, ...others] = paths;
  if (first === undefined) return '';
  let prefix = first.slice(0, first.lastIndexOf('/') + 1);
  for (const path of others) {
    while (!path.startsWith(prefix)) prefix = prefix.slice(0, prefix.lastIndexOf('/', prefix.length - 2) + 1);
  }
  return prefix;
}
