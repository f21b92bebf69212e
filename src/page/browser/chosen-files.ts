/** Files by path, with folders and slashes. */
export type Chosen = Map<string, File>;

/** The files of an input. The input is cleared, so that the same files can be chosen again. */
export function filesOfInput(input: HTMLInputElement): Chosen {
  const files = [...(input.files ?? [])];
  input.value = '';
  return new Map(files.map((file) => [file.webkitRelativePath || file.name, file]));
}

/** Dropped files, and the content of dropped folders. */
export async function takeDropped(data: DataTransfer): Promise<Chosen> {
  const chosen: Chosen = new Map();
  // The list is only valid until the first await.
  const entries = [...data.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) for (const file of data.files) chosen.set(file.name, file);
  for (const entry of entries) await walk(entry, chosen);
  return chosen;
}

async function walk(entry: FileSystemEntry, chosen: Chosen): Promise<void> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    chosen.set(entry.fullPath.replace(/^\//, ''), file);
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // Chromium returns a hundred entries at a time, and an empty list at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return;
    for (const one of some) await walk(one, chosen);
  }
}

/** The name of a file that stood in a folder and goes by itself. */
export function flat(path: string): string {
  return path.replaceAll('/', '_');
}
