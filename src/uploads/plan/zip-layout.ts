/** A file to go into a zip. */
export interface ZipEntry {
  /** Path inside the zip, with slashes. */
  entry: string;
  /** Where its bytes lie. */
  path: string;
  size: number;
  /** Where in that file they begin; they are all of it if it does not say. */
  offset?: number | undefined;
}

/**
 * From this on sizes and offsets are written in 8 bytes: in 4 bytes it means "see there"
 * (APPNOTE.TXT 4.3.9.2, 4.4.8, 4.5.3).
 */
const MAX_32 = 0xffff_ffff;

/**
 * How long `zipStream` will be, in bytes: everything but the data is known beforehand when nothing
 * is deflated.
 */
export function zipSize(entries: readonly Pick<ZipEntry, 'entry' | 'size'>[]): number {
  return measure(entries).length;
}

/** Where in the zip of these entries the bytes of each begin. */
export function dataOffsets(entries: readonly Pick<ZipEntry, 'entry' | 'size'>[]): number[] {
  return measure(entries).offsets;
}

/** `wide`: the end of the zip needs 8 bytes for what it says of the rest. */
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

/** True for an entry that has 8 bytes for its sizes even behind its data. */
export function isWide(size: number, offset: number): boolean {
  return size >= MAX_32 || offset === MAX_32;
}

/** Archiver takes a word and a colon at the start for a drive and cuts it off. */
export function entryName(entry: string): string {
  return /^\w+:/.test(entry) ? `./${entry}` : entry;
}
