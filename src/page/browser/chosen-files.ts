/** Files by path, with folders and slashes. */
export type Chosen = Map<string, File>;

/** Called with the number of files that were read so far. */
export type Reading = (count: number) => void;

/** How long the page reads sizes before it does something else, in milliseconds. */
const SLICE = 30;

/** The files of an input. The input is cleared, so that the same files can be chosen again. */
export async function filesOfInput(
  input: HTMLInputElement,
  reading: Reading = () => undefined,
): Promise<Chosen> {
  const files = [...(input.files ?? [])];
  input.value = '';
  await readSizes(files, reading);
  return new Map(files.map((file) => [file.webkitRelativePath || file.name, file]));
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
export async function takeDropped(data: DataTransfer, reading: Reading): Promise<Chosen> {
  const chosen: Chosen = new Map();
  // The list is only valid until the first await.
  const entries = [...data.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) for (const file of data.files) chosen.set(file.name, file);
  for (const entry of entries) await walk(entry, chosen, reading);
  return chosen;
}

async function walk(entry: FileSystemEntry, chosen: Chosen, reading: Reading): Promise<void> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    chosen.set(entry.fullPath.replace(/^\//, ''), file);
    reading(chosen.size);
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // Chromium returns a hundred entries at a time, and an empty list at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return;
    for (const one of some) await walk(one, chosen, reading);
  }
}

/** The name of a file that stood in a folder and goes by itself. */
export function flat(path: string): string {
  return path.replaceAll('/', '_');
}
