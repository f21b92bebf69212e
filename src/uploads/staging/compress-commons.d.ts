/** The little that we use of archiver's own engine, which has no types. */
declare module 'compress-commons' {
  interface ZipArchiveEntry {
    size: number;
    csize: number;
    _offsets?: { file: number };
    isZip64(): boolean;
  }
  export const ZipArchiveEntry: { prototype: ZipArchiveEntry };
}
