import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runChild } from '../child.js';
import { payload } from '../payload.js';
import type { Row } from '../row.js';
import { ROOT, type Stage } from '../stage.js';
import { median } from '../statistics.js';

const MIB = 1024 ** 2;
const FILES = 16;

/** From a folder on the disk to a stored zip on the disk, each in a process of its own. */
export const zipRow: Row = {
  name: 'zip',
  long: true,
  title: 'A folder to a stored zip',
  async run(stage, { quick, repeats }) {
    const size = quick ? 512 * MIB : 1024 * MIB;
    const folder = await makeFolder(stage, size);
    const out = join(stage.folder, 'out.zip');
    const log = join(stage.folder, 'zip.log');
    const launch = join(ROOT, 'scripts/launch.mjs');
    const ours = [launch, join(ROOT, 'bench/zip-folder.ts'), folder, out];
    const programs = {
      'zip -0': () => runChild('zip', ['-0', '-q', '-r', '-X', out, '.'], { log, cwd: folder }),
      'us, with its md5': () => runChild(process.execPath, ours, { log }),
    };
    const there = await runChild('zip', ['-v'], { log }).then(
      () => true,
      () => false,
    );
    const taken = new Map<string, number[]>();
    for (let turn = 0; turn <= repeats; turn += 1) {
      for (const [what, make] of Object.entries(programs)) {
        if (!there && what === 'zip -0') continue;
        await rm(out, { force: true });
        const started = performance.now();
        await make();
        // The first turn is for warming up.
        if (turn > 0) taken.set(what, [...(taken.get(what) ?? []), (performance.now() - started) / 1000]);
      }
    }
    await rm(folder, { recursive: true });
    await rm(out, { force: true });
    const peer = median(taken.get('zip -0') ?? []);
    return [...taken].map(([what, times]) => {
      const seconds = median(times);
      const compared = { value: seconds / peer, target: { atMost: 1.1 } };
      return {
        what,
        figures: {
          seconds: { value: seconds },
          '× zip -0': what === 'zip -0' ? '' : there ? compared : 'zip is not installed',
        },
      };
    });
  },
};

async function makeFolder(stage: Stage, size: number): Promise<string> {
  const folder = join(stage.folder, 'to-zip');
  await mkdir(folder);
  for (let index = 0; index < FILES; index += 1) {
    const file = await open(join(folder, `file-${String(index).padStart(2, '0')}.bin`), 'w');
    for (const piece of payload(size / FILES)) await file.write(piece);
    await file.close();
  }
  return folder;
}
