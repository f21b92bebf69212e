/** Files by path, with folders and slashes. */
export type Chosen = Map<string, File>;

/** What was chosen at once. Several files may have one path: those that a search has found. */
export interface Choice {
  files: [path: string, file: File][];
  /** Paths that cannot be read; a folder's with a slash behind it. */
  unread: string[];
}

/** Called with the number of files that were read so far. */
export type Reading = (count: number) => void;

/** How long the page reads sizes before it does something else, in milliseconds. */
const SLICE = 30;

/** The files of an input. The input is cleared, so that the same files can be chosen again. */
export async function filesOfInput(
  input: HTMLInputElement,
  reading: Reading = () => undefined,
): Promise<Choice> {
  const files = [...(input.files ?? [])];
  input.value = '';
  await readSizes(files, reading);
  return { files: files.map((file) => [file.webkitRelativePath || file.name, file]), unread: [] };
}

/**
 * Chromium asks the disk for the size of a file when it is first read, and stops the page for each.
 * For 20,000 files at once, the page would stand still for seconds.
 */
async function readSizes(files: readonly File[], reading: Reading): Promise<void> {
  let since = performance.now();
  for (const [index, file] of files.entries()) {
    if (file.size >= 0 && performance.now() - since < SLICE) continue;
    reading(index + 1);
    await otherTasks();
    since = performance.now();
  }
}

/** Lets the page do what waits. A timer would take a second in a tab that is not in front. */
function otherTasks(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** Dropped files, and the content of dropped folders. */
export async function takeDropped(data: DataTransfer, reading: Reading): Promise<Choice> {
  const choice: Choice = { files: [], unread: [] };
  // The list is only valid until the first await.
  const entries = [...data.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) for (const file of data.files) choice.files.push([file.name, file]);
  for (const entry of entries) await walk(entry, choice, reading);
  return choice;
}

async function walk(entry: FileSystemEntry, choice: Choice, reading: Reading): Promise<void> {
  const path = entry.fullPath.replace(/^\//, '');
  try {
    if (entry.isFile) {
      const file = await new Promise<File>((resolve, reject) =>
        (entry as FileSystemFileEntry).file(resolve, reject),
      );
      choice.files.push([path, file]);
      reading(choice.files.length);
      return;
    }
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    // Chromium returns a hundred entries at a time, and an empty list at the end.
    for (;;) {
      const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
        reader.readEntries(resolve, reject),
      );
      if (some.length === 0) return;
      for (const one of some) await walk(one, choice, reading);
    }
  } catch {
    // It is locked, or gone.
    choice.unread.push(entry.isFile ? path : `${path}/`);
  }
}

/**
 * The files that were chosen again for some paths. A file that comes without its folder is known by
 * its name alone, which counts only if one of the paths and one of the files have it.
 */
export function chosenAgain(paths: readonly string[], files: Choice['files']): Chosen {
  const named = timesOf(paths.map(nameOf));
  const given = timesOf(files.map(([path]) => path));
  const byPath: Chosen = new Map(files);
  const found: Chosen = new Map();
  for (const path of paths) {
    const name = nameOf(path);
    const isClear = named.get(name) === 1 && given.get(name) === 1;
    const inFolder = path === name ? undefined : byPath.get(path);
    const file = inFolder ?? (isClear ? byPath.get(name) : undefined);
    if (file !== undefined) found.set(path, file);
  }
  return found;
}

function timesOf(names: readonly string[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const name of names) times.set(name, (times.get(name) ?? 0) + 1);
  return times;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The name of a file that stood in a folder and goes by itself. */
export function flat(path: string): string {
  return path.replaceAll('/', '_');
}
