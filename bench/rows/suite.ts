import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startChild } from '../child.js';
import { reapedSeconds } from '../process-figures.js';
import type { Row } from '../row.js';
import { ROOT } from '../stage.js';

/** How many of the longest test files are listed. */
const LISTED = 8;

/** How long `npm test` keeps a developer waiting, and in which files. Four of them run at once. */
export const suiteRow: Row = {
  name: 'suite',
  apart: true,
  title: 'Our own half of the tests, `npm test`',
  async run(stage) {
    const log = join(stage.folder, 'suite.log');
    const before = await reapedSeconds();
    const started = performance.now();
    const args = ['scripts/run.mjs', 'test/run.ts'].map((file) => join(ROOT, file));
    const child = startChild(process.execPath, args, { cwd: ROOT, log });
    await once(child.process, 'exit');
    const seconds = (performance.now() - started) / 1000;
    const output = await readFile(log, 'utf8');
    const longest = [...output.matchAll(/^(?:not )?ok \d+ - (\S+\.test\.ts) # time=([\d.]+)ms$/gm)]
      .map(([, file = '', took]) => ({ file, took: Number(took) / 1000 }))
      .sort((a, b) => b.took - a.took)
      .slice(0, LISTED);
    return [
      {
        what: /^\d+ passed, \d+ failed$/m.exec(output)?.[0] ?? 'did not run to its end',
        figures: {
          seconds: { value: seconds, digits: 0, target: { atMost: 360 } },
          'CPU s': { value: (await reapedSeconds()) - before, digits: 0 },
        },
      },
      ...longest.map(({ file, took }) => ({
        what: `\`${file}\``,
        figures: { seconds: { value: took, digits: 0 } },
      })),
    ];
  },
};
