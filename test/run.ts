import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { Parser, type Result } from 'tap-parser';
import { stringify } from 'yaml';
import { FOLDER_VARIABLE, faultsOf } from './answered-problems.js';
import { BUNDLE_VARIABLE } from './bundle.js';
import { prepareTemplate, startTestServer } from './database.js';
import { compiled } from './process.js';
import { CONTRACT_VARIABLE } from './watched-process.js';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/**
 * Runs the suite, with one PostgreSQL for the whole run, names at its end what failed, and closes
 * with the plain line `N passed, N failed` that any CI understands. Arguments are those of
 * `test/suite.ts`. Without any, or with `--all`, every code of the catalogue must have been
 * answered in the run, and none where openapi.yaml does not name it.
 *
 * With `TEST_RUN_AGAIN=1`, as in CI, a few files that failed run once more with the machine to
 * themselves. What then passes is named as unsteady: it is a fault all the same, but not one of the
 * change under test.
 */
async function main(): Promise<number> {
  const args = process.argv.slice(2);
  // A run within a run: the database is there, and others are using its template.
  if (process.env['TEST_DATABASE_PREPARED'] === '1') return report(await steadied(args, process.env));
  const server = await startTestServer();
  const folder = await mkdtemp(join(ROOT, '.build/run-'));
  const [problems, bundle] = [join(folder, 'answered-problems'), join(folder, 'bundle')];
  try {
    await Promise.all([mkdir(problems), mkdir(bundle), prepareTemplate(server.url)]);
    const env = {
      ...process.env,
      TEST_DATABASE_URL: server.url,
      TEST_DATABASE_PREPARED: '1',
      [BUNDLE_VARIABLE]: bundle,
      [CONTRACT_VARIABLE]: join(folder, 'contract.json'),
    };
    if (args.some((arg) => arg !== '--all')) return report(await steadied(args, env));
    return report(await steadied(args, { ...env, [FOLDER_VARIABLE]: problems }), await faultsOf(problems));
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

/** What a run of tap came to. `failures` holds a line or more for each failed assertion. */
interface Outcome {
  passed: number;
  failed: number;
  failures: string[];
  files: Set<string>;
}

/** Beyond this number of files it is the change under test that fails, not an unsteady test. */
const MOST_FILES_AGAIN = 5;

async function steadied(args: string[], env: NodeJS.ProcessEnv): Promise<Outcome> {
  const first = await runTap(args, env);
  const again = [...first.files];
  if (env['TEST_RUN_AGAIN'] !== '1' || again.length === 0 || again.length > MOST_FILES_AGAIN) return first;
  process.stdout.write(`\nOnce more, one by one: ${again.join(', ')}\n`);
  const second = await runTap(['--jobs=1', ...again], env);
  if (second.failed > 0) return { ...second, passed: first.passed };
  process.stdout.write(
    `\nUnsteady: these failed, and passed when they ran alone.\n${first.failures.join('\n')}\n`,
  );
  return { ...first, failed: 0, failures: [] };
}

/**
 * How many assertions held; anything else that went wrong, also no assertion at all, counts as at
 * least one failure. With `TEST_SKIP_NOTHING=1`, as in CI, a skipped test has failed.
 */
async function runTap(args: string[], env: NodeJS.ProcessEnv): Promise<Outcome> {
  const tap = spawn(process.execPath, [...compiled('test/suite.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
  });
  // Ctrl-C reaches tap by itself; this process stays to clean up.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => tap.kill('SIGTERM'));
  const closed = new Promise<number>((resolve) => tap.once('close', (code) => resolve(code ?? 1)));
  const outcome: Outcome = { passed: 0, failed: 0, failures: [], files: new Set() };
  const parser = new Parser();
  parser.on('result', (result: Result) => {
    const skipped = env['TEST_SKIP_NOTHING'] === '1' && result.skip !== false;
    if (!skipped && (result.ok || result.todo !== false || result.skip !== false)) return;
    outcome.failures.push(described(result, skipped));
    const file = /^\S+\.ts/.exec(result.fullname)?.[0];
    if (file !== undefined) outcome.files.add(file);
  });
  for await (const line of createInterface({ input: tap.stdout })) {
    process.stdout.write(`${line}\n`);
    parser.write(`${line}\n`);
    if (!line.startsWith('# { total: ')) continue;
    outcome.passed = Number(/ pass: (\d+)/.exec(line)?.[1] ?? 0);
    outcome.failed = Number(/ fail: (\d+)/.exec(line)?.[1] ?? 0);
    if (env['TEST_SKIP_NOTHING'] === '1') outcome.failed += Number(/ skip: (\d+)/.exec(line)?.[1] ?? 0);
  }
  parser.end();
  const code = await closed;
  if ((code !== 0 || outcome.passed === 0) && outcome.failed === 0) outcome.failed = 1;
  return outcome;
}

/** At most so much of what tap knows about one failure: a diff may have thousands of long lines. */
const MOST_LINES = 40;
const MOST_CHARACTERS = 200;

function described(result: Result, skipped: boolean): string {
  const lines = textOf(result.diag)
    .split('\n')
    .slice(0, MOST_LINES)
    .map((line) => `      ${line.slice(0, MOST_CHARACTERS)}`);
  return [`  ${result.fullname}${skipped ? ' (skipped)' : ''}`, ...lines].join('\n');
}

/** What tap knows of a failure may be anything, such as an error with all its functions. */
function textOf(diag: unknown): string {
  if (diag === null || diag === undefined) return '';
  try {
    return stringify(diag).trimEnd();
  } catch {
    return inspect(diag, { depth: 4, breakLength: 100 });
  }
}

/** Writes what failed and the closing line. Returns the exit code. */
function report({ passed, failed, failures }: Outcome, faults: string[] = []): number {
  const all = [...failures, ...faults.map((fault) => `  the run as a whole: ${fault}`)];
  if (all.length > 0) process.stdout.write(`\nFailed:\n${all.join('\n')}\n\n`);
  process.stdout.write(`${passed} passed, ${failed + faults.length} failed\n`);
  return failed + faults.length === 0 ? 0 : 1;
}

process.exit(await main());
