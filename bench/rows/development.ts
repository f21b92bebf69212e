import { mkdtemp, readFile, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { runChild, startChild, untilSays } from '../child.js';
import type { Line, Row } from '../row.js';
import { ROOT, type Stage } from '../stage.js';
import { median } from '../statistics.js';

/** The file that a developer edits. */
const EDITED = join(ROOT, 'src/version.ts');

/** Seconds until the first output, and until the banner. */
interface Began {
  word: number;
  banner: number;
}

/** How long `npm start` keeps a developer waiting, not counting npm itself. */
export const developmentRow: Row = {
  name: 'development',
  long: true,
  title: 'What `npm start` runs, to its banner',
  run: (stage, { repeats }) =>
    stage.ending(async () => {
      const cwd = await mkdtemp(join(stage.folder, 'development-'));
      // The first start creates a database, and compiles what is not compiled yet.
      await begin(stage, cwd);
      const unchanged: Began[] = [];
      const edited: Began[] = [];
      for (let turn = 0; turn < repeats; turn += 1) {
        unchanged.push(await begin(stage, cwd));
        const now = new Date();
        await utimes(EDITED, now, now);
        edited.push(await begin(stage, cwd));
      }
      return [lineOf('unchanged', unchanged, 4), lineOf('after an edit', edited, 6)];
    }),
};

function lineOf(what: string, began: Began[], atMost: number): Line {
  return {
    what,
    figures: {
      'first word s': { value: median(began.map(({ word }) => word)), target: { atMost: 1 } },
      'banner s': { value: median(began.map(({ banner }) => banner)), target: { atMost } },
    },
  };
}

/** The scripts `prestart` and `start` of package.json. */
async function begin(stage: Stage, cwd: string): Promise<Began> {
  const log = join(stage.folder, `development-${performance.now()}.log`);
  const run = join(ROOT, 'scripts/run.mjs');
  const started = performance.now();
  const took = () => (performance.now() - started) / 1000;
  await runChild(process.execPath, [run, join(ROOT, 'scripts/generate-client.ts')], { cwd, log });
  const child = startChild(process.execPath, [run, join(ROOT, 'scripts/start.ts')], {
    cwd,
    log,
    env: { PORT: '0' },
  });
  try {
    await untilSays(child, log, /development mode/);
    const word = took();
    await untilSays(child, log, /stop +Ctrl-C/);
    return { word, banner: took() };
  } catch (error) {
    throw new Error(await readFile(log, 'utf8'), { cause: error });
  } finally {
    await child.end('SIGINT');
  }
}
