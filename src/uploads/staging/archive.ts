import { once } from 'node:events';
import { createReadStream, ReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { ZipArchive } from 'archiver';
import { ZipArchiveEntry } from 'compress-commons';
import archiverCrc32 from 'crc-32';
import { entryName, isWide, measure, type ZipEntry } from '../plan/zip-layout.js';
import { bytesGone } from './faults.js';

/**
 * Archiver's checksum is computed in JavaScript and costs more than everything else about a zip;
 * Node's own takes a tenth of it. It is called with a buffer, and with something that is no number
 * before the first byte.
 */
archiverCrc32.buf = (bytes, seed) => crc32(bytes as Buffer, typeof seed === 'number' ? seed : 0);

/**
 * The beginning of the zip format's own calendar: the same input must give the same bytes whenever
 * it comes.
 */
const DATE = new Date(Date.UTC(1980, 0, 1));
const MODE = 0o644;

/** Bytes read at once; each file that is read has several of that in memory. */
const READ = 128 * 1024;

// Archiver's engine writes what is exactly 0xffffffff into the 4 bytes, and readers then look for
// the other 8 in vain.
ZipArchiveEntry.prototype.isZip64 = function isZip64() {
  return isWide(Math.max(this.size, this.csize), this._offsets?.file ?? 0);
};

/**
 * A stored, deterministic zip of files on disk, as a stream of exactly `zipSize` bytes. Archiver
 * lets a failing source crash the process (archiverjs/node-archiver#321): here it ends the stream
 * with its error.
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
    // One after the other: a folder of a thousand files must not hold a thousand descriptors.
    for (const { entry, path, size, offset = 0 } of entries) {
      const added = once(archive, 'entry', { signal: stopped.signal });
      const file: Readable = size === 0 ? Readable.from([]) : readRange(path, offset, size);
      source = file;
      file.once('error', (error) => archive.destroy(error));
      archive.append(file, { name: entryName(entry), date: DATE, mode: MODE });
      await added;
      if (file instanceof ReadStream && file.bytesRead !== size) {
        throw bytesGone();
      }
    }
    await archive.finalize();
  };
  fill().catch((error: Error) => archive.destroy(error));
  return archive;
}

/**
 * The stream of `size` bytes from `start`. From the beginning on it reads in order, which works for
 * what is no plain file, too.
 */
function readRange(path: string, start: number, size: number): ReadStream {
  const from = start === 0 ? {} : { start };
  return createReadStream(path, { highWaterMark: READ, ...from, end: start + size - 1 });
}
