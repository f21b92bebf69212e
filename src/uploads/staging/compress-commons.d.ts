/** The parts of archiver's engine that are used here. It has no types. */
declare module 'compress-commons' {
  interface ZipArchiveEntry {
    size: number;
    csize: number;
    _offsets?: { file: number };
    isZip64(): boolean;
  }
  export const ZipArchiveEntry: { prototype: ZipArchiveEntry };
}
