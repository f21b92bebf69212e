import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import t from 'tap';
import { readManifests } from '../src/uploads/intake/find-manifests.js';
import { createStagedFile } from '../src/uploads/staging/staged-file.js';
import { temporaryFolder } from './teardown.js';

const MIB = 1024 * 1024;
const NAME = 'manifest.rdmc';

/** What an entry of a zip is made of. `claims`: its uncompressed size, if that is a lie. */
interface Entry {
  name: string;
  bytes?: Buffer;
  claims?: number;
  encrypted?: boolean;
}

const u16 = (...values: number[]) => Buffer.from(Uint16Array.from(values).buffer);
const u32 = (...values: number[]) => Buffer.from(Uint32Array.from(values).buffer);
const u64 = (...values: number[]) => Buffer.from(BigUint64Array.from(values, BigInt).buffer);

/** A zip with these entries. `more`: entries without bytes, of which only the directory tells. */
function zip(entries: Entry[], more = 0): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes = Buffer.alloc(0), claims = bytes.length, encrypted = false } of entries) {
    const packed = deflateRawSync(bytes, { level: 1 });
    // Version, flags, deflate, time, date; the checksum is not looked at.
    const head = Buffer.concat([
      u16(20, encrypted ? 1 : 0, 8, 0, 0x21),
      u32(0, packed.length, claims),
      u16(name.length, 0),
    ]);
    const local = Buffer.concat([u32(0x04034b50), head, Buffer.from(name), packed]);
    directory.push(
      Buffer.concat([u32(0x02014b50), u16(20), head, u16(0, 0, 0), u32(0, offset), Buffer.from(name)]),
    );
    parts.push(local);
    offset += local.length;
  }
  const empty = Buffer.concat([
    u32(0x02014b50),
    u16(20, 20, 0, 8, 0, 0x21),
    u32(0, 0, 0),
    u16(1, 0, 0, 0, 0),
    u32(0, 0),
    Buffer.from('x'),
  ]);
  const all = Buffer.concat([...Array<Buffer>(more).fill(empty), ...directory]);
  const count = entries.length + more;
  const end64 = Buffer.concat([
    u32(0x06064b50),
    u64(44),
    u16(45, 45),
    u32(0, 0),
    u64(count, count, all.length, offset),
    u32(0x07064b50, 0),
    u64(offset + all.length),
    u32(1),
  ]);
  const large = count > 0xffff ? end64 : Buffer.alloc(0);
  const shown = Math.min(count, 0xffff);
  const end = Buffer.concat([u32(0x06054b50), u16(0, 0, shown, shown), u32(all.length, offset), u16(0)]);
  return Buffer.concat([...parts, all, large, end]);
}

t.test('what is beyond the limits of a search for manifests is said, and no more is read', async (t) => {
  const folder = await temporaryFolder(t);
  let files = 0;
  /** Reads the manifests of files by path: lengths of those read, and details of notices. */
  const search = async (received: Record<string, Buffer | null>) => {
    const staged = Object.entries(received).map(async ([path, bytes]) => {
      files += 1;
      const at = join(folder, String(files));
      if (bytes !== null) await writeFile(at, bytes);
      const sealed = { size: bytes?.length ?? 0, md5: '' };
      return { name: path.includes('/') ? null : path, path, staged: createStagedFile(at, path, sealed) };
    });
    const lengths: number[] = [];
    const found = await readManifests(await Promise.all(staged), async (text) => {
      lengths.push(text.length);
      return { restricted: [], unreadable: null };
    });
    t.equal(lengths.length, found.others.length + (found.own === null ? 0 : 1));
    return { lengths, said: found.notices.map(({ detail }) => detail.split('. Check')[0]) };
  };
  const manifest = (size: number, at = ''): Entry => ({
    name: `${at}${NAME}`,
    bytes: Buffer.alloc(size, 'x'),
  });
  const searched = (...paths: string[]) => paths.map((path) => `${path} could not be searched for a ${NAME}`);

  const three = zip([manifest(6 * MIB, 'a/'), manifest(6 * MIB, 'b/'), manifest(MIB, 'c/')]);
  t.same(
    await search({ 'a.zip': three, 'b.zip': zip([manifest(2 * MIB)]), 'c.zip': zip([manifest(2 * MIB)]) }),
    { lengths: [6 * MIB, MIB, 2 * MIB], said: searched('a.zip', 'c.zip') },
    'bytes unpacked, of all zips together; a smaller one may still fit',
  );
  const many = zip(Array.from({ length: 101 }, (_, at) => manifest(10, `${at}/`)));
  const beside = { [`d/${NAME}`]: Buffer.from('title: x') };
  const most = await search({ 'a.zip': many, ...beside });
  t.same(
    [most.lengths.length, most.said],
    [100, searched('a.zip', `d/${NAME}`)],
    'manifests, in folders too',
  );
  t.same(
    await search({ 'a.zip': zip([manifest(10)], 100_000), 'b.zip': zip([manifest(10)]) }),
    { lengths: [], said: searched('a.zip', 'b.zip') },
    'entries, of all zips together',
  );

  const good = zip([manifest(1000)]);
  const changed = (at: number, byte: number) => {
    const bytes = Buffer.from(good);
    bytes[at < 0 ? bytes.length + at : at] = byte;
    return bytes;
  };
  const lie = { name: NAME, bytes: Buffer.alloc(50 * MIB), claims: 10 };
  const locator = Buffer.concat([good.subarray(0, -22), u32(0x07064b50, 0), u64(4), u32(1)]);
  const broken: Record<string, Buffer | null> = {
    'more bytes behind the end': Buffer.concat([good, Buffer.from('\n')]),
    'cut off': good.subarray(0, -30),
    'one of several disks': changed(-18, 1),
    'no directory where it should be': changed(-6, 7),
    'no file where it should be': changed(0, 7),
    'zip64 without its record': Buffer.concat([locator, changed(-12, 0xff).subarray(-22).fill(0xff, 8, 20)]),
    'more entries than it counts': changed(-12, 0),
    encrypted: zip([{ ...manifest(10), encrypted: true }]),
    'larger than it says': zip([lie]),
    'not readable': null,
  };
  for (const [name, bytes] of Object.entries(broken)) {
    const { said } = await search({ 'a.zip': bytes });
    t.same(said, searched('a.zip'), name);
  }
  for (const text of ['', 'x', 'a text that only has the name of a zip '.repeat(10)]) {
    t.same(await search({ 'a.zip': Buffer.from(text) }), { lengths: [], said: [] }, 'no zip at all');
  }
  const large = Buffer.alloc(10 * MIB + 1, ' ');
  t.same(await search({ [NAME]: large }), {
    lengths: [],
    said: [`${NAME} was not read, because it has more than ${10 * MIB} bytes`],
  });
  t.same(await search({ [NAME]: large.subarray(1) }), { lengths: [10 * MIB], said: [] });
});
