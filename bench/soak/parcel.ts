import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { FormData, Response } from 'undici';
import { payload } from '../payload.js';
import type { Ask } from './caller.js';
import type { Chance } from './chance.js';

/** Largest file, in bytes. */
const LARGEST = 3_000_000;

/** Files for a draft: how they are sent, and what must be at Zenodo afterwards. */
export interface Parcel {
  way: string;
  method: 'PUT' | 'POST';
  /** The rest of the path after `/depositions/ID/files`. */
  path: string;
  ask(): Ask;
  /** md5 by name. Only the service knows that of a zip that it makes. */
  sums: Map<string, string | null>;
  /** md5 by path of what must be in a zip that the service makes. */
  inside: Map<string, string>;
}

/** Some files, sent in any of the possible ways. */
export function packParcel(chance: Chance): Parcel {
  const way = chance.oneOf(['raw', 'raw', 'stream', 'form', 'sizes', 'folder', 'sync']);
  if (way === 'raw') return single(file(chance));
  const files = new Map(
    Array.from({ length: chance.between(1, 4) }, (_, index) => [`part-${index}.bin`, file(chance)]),
  );
  const md5s = new Map([...files].map(([name, bytes]) => [name, md5(bytes)]));
  if (way !== 'folder') {
    const fields: Record<string, string> = {};
    if (way === 'sizes') {
      fields['sizes'] = JSON.stringify(
        Object.fromEntries([...files].map(([name, { length }]) => [name, length])),
      );
      fields['md5s'] = JSON.stringify(Object.fromEntries(md5s));
    }
    if (way === 'sync') fields['sync'] = 'true';
    const ask = () => {
      const form = formOf(files, fields);
      return way === 'stream' ? streamed(form) : { body: form };
    };
    return { way, method: 'POST', path: '', ask, sums: md5s, inside: new Map() };
  }
  const inside = new Map([...files].map(([name, bytes]) => [`folder/${name}`, bytes]));
  const beside = file(chance);
  const all = new Map([...inside, ['beside.bin', beside] as const]);
  return {
    way,
    method: 'POST',
    path: '',
    ask: () => ({ body: formOf(all, {}) }),
    inside: new Map([...inside].map(([path, bytes]) => [path, md5(bytes)])),
    sums: new Map([
      ['folder.zip', null],
      ['beside.bin', md5(beside)],
    ]),
  };
}

/** Files that are created one by one, and arrive in pieces. */
export interface PiecewiseParcel {
  way: string;
  /** Bytes by path. */
  files: Map<string, Buffer>;
  sums: Map<string, string | null>;
  inside: Map<string, string>;
}

/** Some files, or a folder and a file beside it. */
export function packPieces(chance: Chance): PiecewiseParcel {
  const names = Array.from({ length: chance.between(1, 3) }, (_, index) => `piece-${index}.bin`);
  const plain = new Map(names.map((name) => [name, file(chance)]));
  if (chance.happens(0.6)) {
    return {
      way: 'tus',
      files: plain,
      sums: new Map([...plain].map(([name, bytes]) => [name, md5(bytes)])),
      inside: new Map(),
    };
  }
  const inside = [...plain].map(([name, bytes]) => [`pieces/${name}`, bytes] as const);
  const beside = file(chance);
  return {
    way: 'tus folder',
    files: new Map([...inside, ['beside.bin', beside]]),
    sums: new Map([
      ['pieces.zip', null],
      ['beside.bin', md5(beside)],
    ]),
    inside: new Map(inside.map(([path, bytes]) => [path, md5(bytes)])),
  };
}

/** A body whose sender disappears in the middle. */
export function packBroken(chance: Chance): Pick<Parcel, 'path' | 'ask'> {
  const bytes = file(chance);
  return { path: '/broken.bin', ask: () => halfOf(bytes) };
}

/** Declares all of these bytes, sends half of them, and disappears. */
export function halfOf(bytes: Buffer): { body: AsyncIterable<Uint8Array>; headers: Record<string, string> } {
  async function* half() {
    yield bytes.subarray(0, bytes.length / 2);
    await sleep(50);
    throw new Error('the sender has gone');
  }
  return { body: half(), headers: { 'content-length': String(bytes.length) } };
}

function single(bytes: Buffer): Parcel {
  return {
    way: 'raw',
    method: 'PUT',
    path: '/single%20one.bin',
    ask: () => ({ body: bytes }),
    sums: new Map([['single one.bin', md5(bytes)]]),
    inside: new Map(),
  };
}

/** A form without a declared length. */
function streamed(form: FormData): Ask {
  const { body, headers } = new Response(form);
  if (body === null) throw new Error('a form has a body');
  return { body, headers: { 'content-type': headers.get('content-type') ?? '' } };
}

/** Most files are small. No two are equal. */
function file(chance: Chance): Buffer {
  const size = chance.happens(0.7) ? chance.between(1, 60_000) : chance.between(60_000, LARGEST);
  return Buffer.concat([randomBytes(16), ...payload(size)]);
}

function formOf(files: Map<string, Buffer>, fields: Record<string, string>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  for (const [name, bytes] of files) form.append('files', new Blob([bytes]), name);
  return form;
}

/** In hex. */
export function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex');
}
