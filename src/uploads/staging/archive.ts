import { once } from 'node:events';
import { createReadStream, ReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { ZipArchive } from 'archiver';
import { ZipArchiveEntry } from 'compress-commons';
import archiverCrc32 from 'crc-32';
import { entryName, isWide, measure, type ZipEntry } from '../plan/zip-layout.js';
import { stagedBytesLost } from './faults.js';

/**
 * Archiver computes checksums in JavaScript, which takes longer than the rest of a zip. Node's own
 * takes a tenth of that. It is called with a buffer and, before the first byte, with a value that
 * is not a number.
 */
archiverCrc32.buf = (bytes, seed) => crc32(bytes as Buffer, typeof seed === 'number' ? seed : 0);

/** The first date of the zip format: the same input must give the same bytes at any time. */
const DATE = new Date(Date.UTC(1980, 0, 1));
const MODE = 0o644;

/** Bytes per read. Each open file has several of these in memory. */
const READ = 128 * 1024;

// Archiver's engine writes a value of exactly 0xffffffff into 4 bytes, and readers then look in
// vain for the 8-byte value.
ZipArchiveEntry.prototype.isZip64 = function isZip64() {
  return isWide(Math.max(this.size, this.csize), this._offsets?.file ?? 0);
};

/**
 * An uncompressed, deterministic zip of files on disk, as a stream of exactly `zipSize` bytes.
 * Archiver lets a failing source crash the process (archiverjs/node-archiver#321). Here the stream
 * fails instead.
 */
export function zipStream(entries: readonly ZipEntry[]): Readable {
  const archive = new ZipArchive({ store: true, forceZip64: measure(entries).wide });
  let source: Readable | null = null;
  const stopped = new AbortController();
  archive.once('close', () => {
    source?.destroy();
    stopped.abort();
  });
  const fill = async () => {
    // One after the other: a folder of a thousand files must not need a thousand descriptors.
    for (const { entry, path, size, offset = 0 } of entries) {
      const added = once(archive, 'entry', { signal: stopped.signal });
      const file: Readable = size === 0 ? Readable.from([]) : readRange(path, offset, size);
      source = file;
      file.once('error', (error) => archive.destroy(error));
      archive.append(file, { name: entryName(entry), date: DATE, mode: MODE });
      await added;
      if (file instanceof ReadStream && file.bytesRead !== size) {
        throw stagedBytesLost();
      }
    }
    await archive.finalize();
  };
  fill().catch((error: Error) => archive.destroy(error));
  return archive;
}

/**
 * `size` bytes from `start`. From the beginning of a file it reads sequentially, which also works
 * for files that are not regular.
 */
function readRange(path: string, start: number, size: number): ReadStream {
  const from = start === 0 ? {} : { start };
  return createReadStream(path, { highWaterMark: READ, ...from, end: start + size - 1 });
}
