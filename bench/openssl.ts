import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { runChild } from './child.js';
import { payload } from './payload.js';
import { reapedSeconds } from './process-figures.js';
import type { Stage } from './stage.js';
import { median } from './statistics.js';

/** CPU seconds that `openssl md5` takes for a file of this size. Null if it is not installed. */
export async function opensslSeconds(stage: Stage, bytes: number, repeats: number): Promise<number | null> {
  const path = join(stage.folder, 'payload');
  const log = join(stage.folder, 'openssl.log');
  const file = await open(path, 'w');
  for (const piece of payload(bytes)) await file.write(piece);
  await file.close();
  const seconds: number[] = [];
  for (let turn = 0; turn < repeats; turn += 1) {
    const before = await reapedSeconds();
    const there = await runChild('openssl', ['md5', path], { log }).then(
      () => true,
      () => false,
    );
    if (!there) return null;
    seconds.push((await reapedSeconds()) - before);
  }
  return median(seconds);
}
