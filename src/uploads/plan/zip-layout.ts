/** A file to put into a zip. */
export interface ZipEntry {
  /** Path inside the zip, with slashes. */
  entry: string;
  /** Path of the file with its bytes. */
  path: string;
  size: number;
  /** Where they begin in that file. Undefined: they are the whole file. */
  offset?: number | undefined;
}

/**
 * From here on, sizes and offsets take 8 bytes. In 4 bytes this value means "see the extra field"
 * (APPNOTE.TXT 4.3.9.2, 4.4.8, 4.5.3).
 */
const MAX_32 = 0xffff_ffff;

/** The length of `zipStream` in bytes. Nothing is compressed, so it is known beforehand. */
export function zipSize(entries: readonly Pick<ZipEntry, 'entry' | 'size'>[]): number {
  return measure(entries).length;
}

/** Where the bytes of each entry begin in the zip. */
export function dataOffsets(entries: readonly Pick<ZipEntry, 'entry' | 'size'>[]): number[] {
  return measure(entries).offsets;
}

/** `wide`: the end of the zip needs 8-byte values. */
export function measure(entries: readonly Pick<ZipEntry, 'entry' | 'size'>[]): {
  length: number;
  wide: boolean;
  offsets: number[];
} {
  const offsets: number[] = [];
  let offset = 0;
  let directory = 0;
  for (const { entry, size } of entries) {
    const name = Buffer.byteLength(entryName(entry));
    directory += 46 + name + (isWide(size, offset) || offset > MAX_32 ? 28 : 0);
    offsets.push(offset + 30 + name);
    offset += 30 + name + size + (isWide(size, offset) ? 24 : 16);
  }
  const wide = directory >= MAX_32 || offset >= MAX_32;
  return { length: offset + directory + 22 + (wide ? 76 : 0), wide, offsets };
}

/** Whether an entry has 8-byte sizes, also behind its data. */
export function isWide(size: number, offset: number): boolean {
  return size >= MAX_32 || offset === MAX_32;
}

/** Archiver would take a word and a colon at the start for a drive, and cut it off. */
export function entryName(entry: string): string {
  return /^\w+:/.test(entry) ? `./${entry}` : entry;
}
