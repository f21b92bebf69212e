import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { FOLDER_VARIABLE, faultsOf } from './answered-problems.js';
import { prepareTemplate, startTestServer } from './database.js';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/**
 * Runs the suite through tap, with one PostgreSQL for the whole run, and closes with the plain line
 * `N passed, N failed` that any CI understands. Arguments are passed on to tap (files, `--grep`,
 * …); without any, every code of the catalogue must have been answered in the run, and none where
 * openapi.yaml does not name it.
 */
async function main(): Promise<number> {
  const args = process.argv.slice(2);
  // A run within a run: the database is there, and others are using its template.
  if (process.env['TEST_DATABASE_PREPARED'] === '1') return runTap(args, process.env);
  const server = await startTestServer();
  const folder = await mkdtemp(join(tmpdir(), 'answered-problems-'));
  try {
    await prepareTemplate(server.url);
    const env = { ...process.env, TEST_DATABASE_URL: server.url, TEST_DATABASE_PREPARED: '1' };
    if (args.length > 0) return await runTap(args, env);
    return await runTap(args, { ...env, [FOLDER_VARIABLE]: folder }, () => faultsOf(folder));
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

/**
 * How many assertions held; anything else that went wrong, also no assertion at all, counts as at
 * least one failure. With `TEST_SKIP_NOTHING=1`, as in CI, a skipped test has failed. `faults` says
 * what can be told only of the run as a whole.
 */
async function runTap(
  args: string[],
  env: NodeJS.ProcessEnv,
  faults: () => Promise<string[]> = async () => [],
): Promise<number> {
  const program = join(ROOT, 'node_modules/.bin/tap');
  const tap = spawn(program, ['run', '--reporter=tap', ...args.map(compiled)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
  });
  // Ctrl-C reaches tap by itself; this process stays to clean up.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => tap.kill('SIGTERM'));
  const closed = new Promise<number>((resolve) => tap.once('close', (code) => resolve(code ?? 1)));
  let passed = 0;
  let failed = 0;
  for await (const line of createInterface({ input: tap.stdout })) {
    process.stdout.write(`${line}\n`);
    if (!line.startsWith('# { total: ')) continue;
    passed = Number(/ pass: (\d+)/.exec(line)?.[1] ?? 0);
    failed = Number(/ fail: (\d+)/.exec(line)?.[1] ?? 0);
    if (env['TEST_SKIP_NOTHING'] === '1') failed += Number(/ skip: (\d+)/.exec(line)?.[1] ?? 0);
  }
  const code = await closed;
  const wrong = code !== 0 || passed === 0;
  if (wrong && failed === 0) failed = 1;
  for (const fault of await faults()) {
    process.stdout.write(`not ok - ${fault}\n`);
    failed += 1;
  }
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

/** tap is given what scripts/run.mjs has just compiled. */
function compiled(argument: string): string {
  const path = relative(ROOT, resolve(argument));
  return argument.endsWith('.ts') ? join(ROOT, '.build', path.replace(/\.ts$/, '.js')) : argument;
}

process.exit(await main());
