import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { State } from '../mock-zenodo/index.js';
import type { Mock } from './mock.js';
import { holds } from './row.js';
import { createAuditor } from './soak/auditor.js';
import { createChance } from './soak/chance.js';
import { liveContainer } from './soak/container.js';
import { createGauges, type Reading } from './soak/gauges.js';
import { startHook } from './soak/hook.js';
import { createTally, mayRepeat } from './soak/tally.js';
import { linesOf } from './soak/verdict.js';
import { badWeather } from './soak/weather.js';
import { openStage, ROOT, type Stage } from './stage.js';
import { tableOf } from './table.js';

const RESULTS = `${ROOT}bench/results`;

/**
 * How often the gauges are read, and how long the service may take until it is idle, in
 * milliseconds.
 */
const EVERY = 2000;
const QUIET_WITHIN = 60_000;

/** Short timeouts for what otherwise takes days. */
const IMPATIENT: Record<string, string> = { ZENODO_STALL_SECONDS: '5', SYNC_WAIT_SECONDS: '20' };

/** On a large machine V8 collects garbage so late that it looks like a leak. */
const SMALL_HEAP = ['--max-old-space-size=256'];

interface Extent {
  minutes: number;
  containers: number;
  seed: number;
}

/** `--minutes N`, `--containers N` at once, `--seed N` to repeat the same random choices. */
function extent(): Extent {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '15' },
      containers: { type: 'string', default: '9' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    },
  });
  const read = {
    minutes: Number(values.minutes),
    containers: Number(values.containers),
    seed: Number(values.seed),
  };
  if (!Object.values(read).every((value) => value > 0))
    throw new Error('--minutes, --containers and --seed are numbers above 0');
  return read;
}

async function soak(stage: Stage, { minutes, containers, seed }: Extent) {
  // If a folder is sent again, it is added to the existing zip, which is read for that.
  const mock = await stage.startMock([]);
  // Two containers share a user. The last one is alone and may disconnect.
  const userOf = (index: number) => `user-${Math.floor(index / 2)}`;
  const users = new Set(Array.from({ length: containers }, (_, index) => userOf(index)));
  await mock.control('POST', '/seed', {
    users: [...users].map((username) => ({ username, token: `token-${username}` })),
  });
  const hook = await startHook(createChance(seed - 1));
  const env = { ...(await stage.serviceEnvironment(mock.url)), ...IMPATIENT, ...hook.env };
  const service = await stage.startService(env, SMALL_HEAP);
  const gauges = createGauges(service.child.pid, env['STAGING_DIR'] ?? '', env['DATABASE_URL'] ?? '');
  const tally = createTally();
  await mock.control('POST', '/faults', badWeather(String(seed)));

  const until = Date.now() + minutes * 60_000;
  const over = () => Date.now() > until;
  const lives = Array.from({ length: containers }, (_, index) =>
    liveContainer({
      url: service.url,
      auditor: createAuditor(mock.url),
      tally,
      chance: createChance(seed + index),
      user: userOf(index),
      container: `container-${index}`,
      alone: containers % 2 === 1 && index === containers - 1,
      over,
    }).catch((error: unknown) => tally.fault(`container-${index} gave up: ${String(error)}`)),
  );
  const readings: Reading[] = [];
  const watching = (async () => {
    for (let turn = 1; !over(); turn += 1) {
      readings.push(await gauges.read());
      if (turn % 15 === 0)
        console.error(progress(readings, tally.counts.get('rounds') ?? 0, tally.wrong.length));
      await expireTokens(mock, userOf(turn % containers));
      await mock.control('DELETE', '/requests');
      await sleep(EVERY);
    }
  })();
  await Promise.all([...lives, watching]);
  const faults = await mock.control<{ hits: number; fault: { name?: string } }[]>('GET', '/faults');
  await mock.control('DELETE', '/faults');
  for (const end = Date.now() + QUIET_WITHIN; Date.now() < end; await sleep(500)) {
    if ((await gauges.rows()).unfinished === 0 && (await gauges.read()).stagingBytes === 0) break;
  }
  for (const end = Date.now() + QUIET_WITHIN; Date.now() < end && hook.missing(tally).length > 0; )
    await sleep(500);
  hook.judge(tally);
  hook.close();
  const last = await gauges.read();
  const rows = await gauges.rows();
  await gauges.close();
  const struck = faults.reduce((sum, { hits }) => sum + hits, 0);
  const errorLines = errorsIn(await readFile(service.log, 'utf8'));
  return { tally, readings, last, rows, struck, errorLines, log: service.log };
}

/** The access tokens of a connection. The auditor's personal token continues to work. */
async function expireTokens(mock: Mock, user: string): Promise<void> {
  const { tokens } = await mock.control<State>('GET', `/state?user=${user}`);
  for (const { kind, accessToken } of tokens) {
    if (kind === 'oauth') await mock.control('POST', '/tokens/expire', { token: accessToken });
  }
}

/**
 * The log lines with level error or fatal, except for failures of Zenodo that callers were told
 * about.
 */
function errorsIn(log: string): string[] {
  return log.split('\n').filter((line) => {
    if (!/"level":"(error|fatal)"/.test(line)) return false;
    const { err } = JSON.parse(line) as { err?: { code?: string } };
    return !mayRepeat({ status: 0, body: { code: err?.code } });
  });
}

function progress(readings: readonly Reading[], rounds: number, wrong: number): string {
  const { at, memory, handles } = readings.at(-1) ?? { at: 0, memory: 0, handles: 0 };
  return `${at.toFixed(0)} s: ${rounds} rounds, ${memory.toFixed(0)} MiB, ${handles} handles, ${wrong} wrong`;
}

/**
 * Does everything at once, for a long time, while Zenodo fails often. No statement may be untrue,
 * and nothing may grow. Exit code 1 otherwise.
 */
async function main(): Promise<void> {
  const wanted = extent();
  console.log(`${wanted.minutes} minutes, ${wanted.containers} containers at once, seed ${wanted.seed}`);
  const stage = await openStage();
  const stop = () => void stage.close().finally(() => process.exit(130));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const outcome = await soak(stage, wanted);
    const { tally, readings, last, rows, struck, errorLines, log } = outcome;
    const lines = linesOf({ ...outcome, errorLines: errorLines.length });
    const counts = Object.fromEntries([...tally.counts].sort());
    console.log(`\n${tableOf(lines)}\n`);
    for (const [what, count] of Object.entries(counts)) console.log(`${String(count).padStart(8)}  ${what}`);
    console.log(`${String(struck).padStart(8)}  faults of Zenodo’s\n\nrows: ${JSON.stringify(rows.tables)}`);
    for (const line of [...tally.wrong, ...errorLines].slice(0, 50)) console.log(line);
    await mkdir(RESULTS, { recursive: true });
    const kept = { ...wanted, lines, counts, struck, rows, wrong: tally.wrong, errorLines, readings, last };
    await writeFile(`${RESULTS}/soak.json`, `${JSON.stringify(kept, null, 2)}\n`);
    // Why something went wrong is only there.
    await copyFile(log, `${RESULTS}/soak.log`);
    const figures = lines.flatMap((line) => Object.values(line.figures));
    const missed = figures.some((figure) => typeof figure !== 'string' && !holds(figure));
    process.exitCode = missed || tally.wrong.length > 0 ? 1 : 0;
  } finally {
    await stage.close();
  }
}

await main();
