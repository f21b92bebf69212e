import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { startChild, untilSays } from '../child.js';
import type { Row } from '../row.js';
import { ROOT, type Stage } from '../stage.js';
import { median } from '../statistics.js';

/** From nothing to the first answer. */
export const startRow: Row = {
  name: 'start',
  title: 'Cold start to the first answer',
  run: (stage, { repeats }) =>
    stage.ending(async () => {
      const mock = await stage.startMock();
      const given = await stage.serviceEnvironment(mock.url);
      const { DATABASE_URL: _, STAGING_DIR: __, ...alone } = given;
      const times = { given: [] as number[], embedded: [] as number[] };
      for (let turn = 0; turn < repeats; turn += 1) {
        times.given.push(await firstAnswer(stage, 'dist/src/server.js', given, /listening at (http:\S+?)"/i));
        times.embedded.push(
          await firstAnswer(stage, 'dist/scripts/start.js', alone, /^ {2}service +(http:\S+)/m),
        );
      }
      return [
        {
          what: 'database given',
          figures: { seconds: { value: median(times.given), target: { atMost: 1.5 } } },
        },
        {
          what: 'database embedded and new',
          figures: { seconds: { value: median(times.embedded), target: { atMost: 3 } } },
        },
      ];
    }),
};

async function firstAnswer(
  stage: Stage,
  script: string,
  env: Record<string, string>,
  says: RegExp,
): Promise<number> {
  const cwd = await mkdtemp(join(stage.folder, 'start-'));
  const log = join(cwd, 'output');
  const started = performance.now();
  const child = startChild(process.execPath, ['--enable-source-maps', join(ROOT, script)], { env, cwd, log });
  try {
    const [, url = ''] = await untilSays(child, log, says);
    const answer = await fetch(`${url}/readyz`);
    if (!answer.ok) throw new Error(`/readyz answers ${answer.status}`);
    return (performance.now() - started) / 1000;
  } finally {
    await child.end();
  }
}
