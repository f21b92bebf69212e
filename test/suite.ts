import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import t from 'tap';
import { bundleTests } from './bundle-tests.js';
import { CODE_VARIABLE } from './bundled-for-tests.js';
import { compiled } from './process.js';

/**
 * Runs test files, each in a process of its own, and writes what they say as one TAP stream. The
 * arguments are paths in the repository; without any, all test files run. `--jobs` is how many run
 * at once, `--timeout` the seconds that one may take. `test/run.ts` starts this and counts.
 *
 * `tap run` would do the same, but it looks into every module that every process loads, which
 * coverage needs and costs a quarter of the run.
 */
const ROOT = fileURLToPath(new URL('../', import.meta.url));
const FOLDERS = ['mock-zenodo/test', 'test'];

/**
 * Test files that take longest begin first: one that begins last would run alone at the end. A
 * run says of each file how long it took.
 */
const LONGEST = [
  'mock-zenodo/test/readme.test.ts',
  'test/bench.test.ts',
  'test/uploads-bounds.test.ts',
  'test/upload-page-faults.test.ts',
  'test/bad-input.test.ts',
  'test/calendar.test.ts',
  'test/uploads.test.ts',
  'test/contract.test.ts',
  'test/packages.test.ts',
  'test/waits.test.ts',
  'test/operator.test.ts',
  'test/demo.test.ts',
  'test/start.test.ts',
  'test/tus-replicas.test.ts',
  'test/uploads-death.test.ts',
  'test/nginx.test.ts',
];

/** To bundle costs more than to start so many files as they are compiled. */
const FEW = 3;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    // A test waits as often as it works.
    jobs: { type: 'string', default: String(availableParallelism() + 2) },
    timeout: { type: 'string', default: '600' },
  },
});

t.jobs = Number(values.jobs);
// Each file is watched, the suite as a whole is not.
t.setTimeout(0);
const files =
  positionals.length > 0 ? positionals.map((file) => relative(ROOT, resolve(file))) : await allFiles();
if (files.length > FEW) {
  const code = await mkdtemp(join(ROOT, '.build/tests-'));
  t.teardown(() => rm(code, { recursive: true, force: true }));
  await bundleTests(files, code);
  process.env[CODE_VARIABLE] = code;
}
for (const path of files) {
  // tap puts its loader into the environment of what it starts: `env` takes it out again.
  void t.spawn('env', ['-u', 'NODE_OPTIONS', process.execPath, ...compiled(path)], {
    name: path,
    buffered: true,
    timeout: Number(values.timeout) * 1000,
    // The file's own watch, which says what it still waits for.
    env: { ...process.env, TAP_TIMEOUT: values.timeout },
  });
}

async function allFiles(): Promise<string[]> {
  const found = await Promise.all(
    FOLDERS.map(async (folder) => {
      const names = await readdir(join(ROOT, folder), { recursive: true });
      return names.filter((name) => name.endsWith('.test.ts')).map((name) => join(folder, name));
    }),
  );
  const all = found.flat().sort();
  return [...LONGEST.filter((file) => all.includes(file)), ...all.filter((file) => !LONGEST.includes(file))];
}
