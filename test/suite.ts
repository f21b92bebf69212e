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
 * arguments are paths in the repository; without any, the files run that are not `FOREIGN`, with
 * `--foreign` those that are, with `--all` both. `--jobs` is how many run at once, `--timeout` the
 * seconds that one may take. `test/run.ts` starts this and counts.
 *
 * `tap run` would do the same, but it looks into every module that every process loads, which
 * coverage needs and costs a quarter of the run.
 */
const ROOT = fileURLToPath(new URL('../', import.meta.url));
const FOLDERS = ['mock-zenodo/test', 'test'];

/**
 * Test files that run programs of others (browsers, Python, nginx, compilers) or the packages that
 * we publish. They take nearly half of the time, and seldom fail alone.
 */
const FOREIGN = [
  'mock-zenodo/test/clients.test.ts',
  'mock-zenodo/test/consent-page.test.ts',
  'mock-zenodo/test/exec.test.ts',
  'mock-zenodo/test/impersonate.test.ts',
  'mock-zenodo/test/readme.test.ts',
  'mock-zenodo/test/window.test.ts',
  'test/calendar.test.ts',
  'test/deploy-files.test.ts',
  'test/django-example.test.ts',
  'test/example-callers.test.ts',
  'test/image.test.ts',
  'test/monitoring.test.ts',
  'test/nginx.test.ts',
  'test/operations-document.test.ts',
  'test/operator-look.test.ts',
  'test/operator-questions.test.ts',
  'test/packages.test.ts',
  'test/python-client.test.ts',
  'test/reference.test.ts',
  'test/release.test.ts',
  'test/typed-client.test.ts',
  'test/upload-page-faults.test.ts',
  'test/upload-page-reader.test.ts',
  'test/upload-page.test.ts',
  'test/uploads-clients.test.ts',
];

/**
 * Test files that take longest begin first: one that begins last would run alone at the end. A
 * run says of each file how long it took.
 */
const LONGEST = [
  'mock-zenodo/test/readme.test.ts',
  'test/bench.test.ts',
  'test/uploads-bounds.test.ts',
  'test/reference.test.ts',
  'test/upload-page-faults.test.ts',
  'test/operator-questions.test.ts',
  'test/uploads.test.ts',
  'test/uploads-death.test.ts',
  'test/tus-replicas.test.ts',
  'test/waits.test.ts',
  'test/uploads-faults.test.ts',
  'test/bad-input.test.ts',
  'test/contract.test.ts',
  'test/foreign-text.test.ts',
  'test/packages.test.ts',
  'test/openapi.test.ts',
  'test/calendar.test.ts',
  'test/start.test.ts',
  'test/demo.test.ts',
];

/** To bundle costs more than to start so many files as they are compiled. */
const FEW = 3;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    // A test waits as often as it works.
    jobs: { type: 'string', default: String(availableParallelism() + 2) },
    timeout: { type: 'string', default: '600' },
    foreign: { type: 'boolean', default: false },
    all: { type: 'boolean', default: false },
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
  const there = found.flat().sort();
  const missing = [...FOREIGN, ...LONGEST].filter((file) => !there.includes(file));
  if (missing.length > 0)
    throw new Error(`There is no ${missing.join(', ')}: correct the lists of suite.ts.`);
  const all = there.filter((file) => values.all || FOREIGN.includes(file) === values.foreign);
  return [...LONGEST.filter((file) => all.includes(file)), ...all.filter((file) => !LONGEST.includes(file))];
}
