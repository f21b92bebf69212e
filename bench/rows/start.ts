import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { startChild, untilSays } from '../child.js';
import { cpuSeconds } from '../process-figures.js';
import type { Row } from '../row.js';
import { ROOT, type Stage } from '../stage.js';
import { median } from '../statistics.js';

/** A program, and how to tell that it listens. */
interface Program {
  args: string[];
  says: RegExp;
  /** The path that responds with 200 once the program is ready. */
  ready: string;
}

/** As a container starts it. */
const GIVEN: Program = {
  args: [join(ROOT, 'dist/src/server.js')],
  says: /listening at (http:\S+?)"/i,
  ready: '/readyz',
};

/** As `npx zenodo-service` starts it outside production, with a database and a mock. */
const EMBEDDED: Program = {
  args: [join(ROOT, 'dist/scripts/start.js')],
  says: /^ {2}service +(http:\S+)/m,
  ready: '/readyz',
};

/** A program with one route that queries the database, in the same frameworks. */
const BARE: Program = {
  args: [join(ROOT, 'scripts/launch.mjs'), join(ROOT, 'bench/bare-route.ts')],
  says: /^(http:\S+)$/m,
  ready: '/ready',
};

/** From the start of the process to the first response. */
export const startRow: Row = {
  name: 'start',
  title: 'Cold start to the first answer',
  run: (stage, { repeats }) =>
    stage.ending(async () => {
      const mock = await stage.startMock();
      const given = await stage.serviceEnvironment(mock.url);
      const { DATABASE_URL: _, STAGING_DIR: __, ...alone } = given;
      const turns: Record<'bare' | 'given' | 'embedded', Started>[] = [];
      // One run is not enough, even in a quick run: starts vary more than uploads do.
      for (let turn = 0; turn < Math.max(3, repeats); turn += 1) {
        turns.push({
          bare: await firstAnswer(stage, BARE, given),
          given: await firstAnswer(stage, GIVEN, given),
          embedded: await firstAnswer(stage, EMBEDDED, alone),
        });
      }
      const of = (which: 'bare' | 'given' | 'embedded', figure: keyof Started) =>
        median(turns.map((turn) => turn[which][figure]));
      const ratio = (which: 'given' | 'embedded', to: 'bare' | 'given', figure: keyof Started) =>
        median(turns.map((turn) => turn[which][figure] / turn[to][figure]));
      return [
        {
          what: 'bare Fastify and pg, database given',
          figures: { seconds: { value: of('bare', 'seconds') }, 'CPU s': { value: of('bare', 'cpu') } },
        },
        {
          what: 'database given',
          figures: {
            seconds: { value: of('given', 'seconds') },
            'CPU s': { value: of('given', 'cpu'), target: { atMost: 1.6 } },
            '× seconds of bare': { value: ratio('given', 'bare', 'seconds'), target: { atMost: 2.5 } },
          },
        },
        {
          what: 'database embedded and new',
          figures: {
            seconds: { value: of('embedded', 'seconds') },
            'CPU s': { value: of('embedded', 'cpu') },
            '× seconds of given': { value: ratio('embedded', 'given', 'seconds'), target: { atMost: 2 } },
          },
        },
      ];
    }),
};

/** The cost of a start. `cpu` is that of the process and all that it started, in seconds. */
interface Started {
  seconds: number;
  cpu: number;
}

async function firstAnswer(
  stage: Stage,
  { args, says, ready }: Program,
  env: Record<string, string>,
): Promise<Started> {
  const cwd = await mkdtemp(join(stage.folder, 'start-'));
  const log = join(cwd, 'output');
  const started = performance.now();
  const child = startChild(process.execPath, args, { env, cwd, log });
  try {
    const [, url = ''] = await untilSays(child, log, says);
    const answer = await fetch(`${url}${ready}`);
    if (!answer.ok) throw new Error(`${ready} answers ${answer.status}`);
    return { seconds: (performance.now() - started) / 1000, cpu: await cpuSeconds(child.pid) };
  } finally {
    await child.end();
  }
}
