import { createHash } from 'node:crypto';
import type { ContainerFile } from './container-files.js';
import { md5OfFile } from './container-files.js';
import { inUnits } from './screen.js';
import type { UploadedFile } from './service-client.js';

/** The rows of the closing table, and whether every file is the same everywhere. */
interface Comparison {
  rows: string[][];
  equal: boolean;
}

interface RecordFile {
  key: string;
  links: { self: string };
}

/**
 * Compares what the service staged with what anyone can download from the record at Zenodo. It
 * downloads the bytes and computes their checksums, instead of trusting any checksum. Files that
 * were sent as they are must also equal the files on this disk.
 */
export async function compareWithRecord(
  zenodoUrl: string,
  depositionId: number,
  staged: UploadedFile[],
  local: ContainerFile[],
): Promise<Comparison> {
  const answer = await fetch(`${zenodoUrl}/api/records/${depositionId}`);
  if (!answer.ok) throw new Error(`the record answered ${answer.status}`);
  const record = (await answer.json()) as { files: RecordFile[] };
  const stored = new Map(record.files.map(({ key, links }) => [key, links.self]));
  const rows = [['file', 'size', 'md5 as staged', 'md5 as Zenodo stored it', 'equal']];
  let equal = stored.size === staged.length;
  for (const { filename, size, checksum } of staged) {
    const md5 = checksum.replace(/^md5:/, '');
    const link = stored.get(filename);
    const md5AtZenodo = link === undefined ? 'not there' : await md5OfDownload(link);
    const original = local.find(({ path }) => path === filename);
    const same = md5 === md5AtZenodo && (!original || (await md5OfFile(original.location)) === md5);
    equal &&= same;
    rows.push([filename, inUnits(size), md5, md5AtZenodo, same ? 'yes' : 'NO']);
  }
  return { rows, equal };
}

async function md5OfDownload(url: string): Promise<string> {
  const answer = await fetch(url);
  if (!answer.ok || answer.body === null) return `answered ${answer.status}`;
  const hash = createHash('md5');
  for await (const chunk of answer.body) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}
