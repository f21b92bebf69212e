import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { parse } from 'yaml';
import { blocksIn } from '../../test/blocks.js';
import { lackOfPython, PYTHON } from '../../test/debian.js';
import { compiled } from '../../test/process.js';
import { withTables } from '../conformance/fidelity-table.js';
import { allRules } from '../conformance/rules.js';
import { NAMED_FAULTS } from '../faults/named.js';
import { startMockZenodo } from '../index.js';
import { OptionsSchema } from '../options.js';

const run = promisify(execFile);
const HERE = new URL('..', import.meta.url).pathname;
const README = await readFile(join(HERE, 'README.md'), 'utf8');

interface Block {
  language: string;
  text: string;
  /** What the block after it says that it prints. */
  prints: string | null;
}

const found = blocksIn('mock-zenodo/README.md');
const blocks: Block[] = found
  .map((block, index) => {
    const next = found[index + 1];
    return { ...block, prints: next?.language === 'text' ? next.text : null };
  })
  .filter(({ language }) => language !== 'text');

/** A folder as a user has it: the built package in node_modules, and the clone's own path to the command. */
const folder = t.testdir();
const dist = join(folder, 'node_modules/mock-zenodo/dist');
const cli = join(dist, 'cli.js');

const named = (name: string): Block => {
  const block = blocks.find(({ text }) => text.split('\n', 1)[0]?.includes(name));
  if (block === undefined) throw new Error(`The readme has no block ${name}.`);
  return block;
};

async function written(name: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, named(name).text);
  return path;
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return String(typeof address === 'object' ? address?.port : '');
}

let packing: Promise<Packed>;

t.before(async () => {
  await mkdir(join(folder, 'node_modules/mock-zenodo'), { recursive: true });
  for (const name of ['package.json', 'README.md', 'LICENSE']) {
    await copyFile(join(HERE, name), join(folder, 'node_modules/mock-zenodo', name));
  }
  await run(process.execPath, [...compiled('mock-zenodo/build.ts'), dist]);
  packing = pack();
  await mkdir(join(folder, 'mock-zenodo'));
  await symlink(dist, join(folder, 'mock-zenodo/dist'));
});

t.test('its tables are those of the rules and the faults', async (t) => {
  t.ok(README === withTables(README, allRules, NAMED_FAULTS), 'run `npm run fidelity-table`');
});

t.test('library: the first block runs', async (t) => {
  const { stdout } = await run(process.execPath, [await written('library.mjs')]);
  t.equal(stdout, '200 []\n');
});

/** What the README does not show: types, held by the strictest settings there are. */
const CONSUMER = `import { type Fault, type MockZenodo, type Options, startMockZenodo } from 'mock-zenodo';

const options: Partial<Options> = { port: 0, quota: 10 };
const zenodo: MockZenodo = await startMockZenodo(options);
const fault: Fault = { name: 'connection-cut', times: 1 };
zenodo.faults.add(fault);
const { depositions } = await zenodo.seed({ depositions: [{}] });
export const ids: number[] = depositions.map(({ id }) => id);
// @ts-expect-error there is no such option
export const misspelt: Partial<Options> = { prot: 0 };
await zenodo.close();
`;

interface Packed {
  filename: string;
  files: { path: string }[];
}

async function pack(): Promise<Packed> {
  const packing = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const { stdout } = await run('npm', packing, { cwd: join(folder, 'node_modules/mock-zenodo') });
  const [packed] = JSON.parse(stdout) as [Packed];
  return packed;
}

/** An empty folder with the packed package installed, as a user has it: nothing of this clone is in reach. */
async function installed(t: Test): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'mock-zenodo-packed-'));
  t.teardown(() => rm(home, { recursive: true, force: true, maxRetries: 10 }));
  const { filename } = await packing;
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--prefix', home];
  await run('npm', ['install', ...flags, join(folder, filename)], { cwd: home });
  return home;
}

t.test('the packed package, installed in an empty folder: command, library and types', async (t) => {
  const inside = (await packing).files.map(({ path }) => path);
  for (const path of ['LICENSE', 'README.md', 'dist/THIRD-PARTY-LICENSES', 'dist/index.d.ts']) {
    t.ok(inside.includes(path), path);
  }
  const home = await installed(t);
  await writeFile(join(home, 'consumer.mts'), CONSUMER);
  const child = spawn(join(home, 'node_modules/.bin/mock-zenodo'), { stdio: ['ignore', 'pipe', 'ignore'] });
  t.teardown(() => child.kill());
  const [url] = await once(createInterface({ input: child.stdout }), 'line', {
    signal: AbortSignal.timeout(20_000),
  });
  t.equal((await fetch(`${url}/_mock/clock`)).status, 200);

  const configuration = {
    extends: join(HERE, '../tsconfig.json'),
    compilerOptions: {
      skipLibCheck: false,
      noEmit: false,
      typeRoots: [join(HERE, '../node_modules/@types')],
    },
    files: ['consumer.mts'],
    include: [],
  };
  await writeFile(join(home, 'tsconfig.json'), JSON.stringify(configuration));
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  await run(process.execPath, [tsc, '-p', home]).catch(({ stdout }) => t.fail(String(stdout)));
  await t.resolves(run(process.execPath, [join(home, 'consumer.mjs')]), 'what was compiled runs');
});

t.test('command line: the block starts a mock', async (t) => {
  const [command] = /node mock-zenodo\/dist\/cli\.js --port 4000/.exec(README) ?? [''];
  const [, ...args] = command.replace('4000', '0').split(' ');
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
  t.teardown(() => child.kill());
  const [url] = await once(createInterface({ input: child.stdout }), 'line', {
    signal: AbortSignal.timeout(20_000),
  });
  t.equal((await fetch(`${url}/_mock/clock`)).status, 200);
});

t.test('the built command impersonates too: what it loads late is in the package', async (t) => {
  const child = spawn(process.execPath, [cli, '--impersonate'], { stdio: ['ignore', 'pipe', 'ignore'] });
  t.teardown(() => child.kill());
  const [url] = await once(createInterface({ input: child.stdout }), 'line', {
    signal: AbortSignal.timeout(20_000),
  });
  t.match(url, /^https:\/\/zenodo\.org:\d+$/);
});

t.test('shell recipes print what they say', async (t) => {
  const mock = await startMockZenodo();
  t.teardown(() => mock.close());
  const recipes = blocks.filter(({ language, prints }) => language === 'sh' && prints !== null);
  t.equal(recipes.length, 2);
  for (const { text, prints } of recipes) {
    const options = { cwd: folder, env: { ...process.env, ZENODO: mock.url, NO_PROXY: '127.0.0.1' } };
    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', text], options);
    t.equal(stdout.trim(), prints?.trim());
  }
});

t.test('the quota recipe prints what it says', async (t) => {
  const { stdout } = await run(process.execPath, [await written('quota.mjs')]);
  t.equal(stdout, named('quota.mjs').prints);
});

t.test('the node:test file passes', async (t) => {
  const { NODE_TEST_CONTEXT: _outer, NODE_OPTIONS: _options, ...env } = process.env;
  const { stdout } = await run(
    process.execPath,
    ['--test', '--test-reporter=tap', await written('upload.test.mjs')],
    { env },
  );
  t.match(stdout, /^# pass 1$/m);
});

const lackOfPytest = await lackOfPython('python3-pytest', 'python3-requests');

t.test(
  'the pytest file passes with the packed command, in an empty folder',
  { skip: lackOfPytest },
  async (t) => {
    const home = await installed(t);
    await writeFile(join(home, 'test_upload.py'), named('test_upload.py').text);
    // The name that the readme calls it by, for Debian's interpreter.
    const pytest = `#!/bin/sh\nexec ${PYTHON} -m pytest -q -p no:cacheprovider "$@"\n`;
    await writeFile(join(home, 'pytest'), pytest, { mode: 0o755 });
    const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...inherited } = process.env;
    const PATH = `${home}:${process.env['PATH']}`;
    const env = { ...inherited, PATH, PYTHONDONTWRITEBYTECODE: '1', npm_config_offline: 'true' };
    const [command = ''] = blocks.flatMap(({ text }) =>
      text.startsWith('npx mock-zenodo exec') ? [text] : [],
    );
    const { stdout } = await run('bash', ['-c', command], { env, cwd: home, timeout: 120_000 });
    t.match(stdout, /2 passed/);
  },
);

t.test('the CI job starts a mock that the next step finds', async (t) => {
  const { jobs } = parse(named('zenodo.yml').text) as {
    jobs: { client: { steps: { name?: string; run?: string }[] } };
  };
  const [start = '', use = ''] = jobs.client.steps
    .filter(({ name }) => name !== undefined)
    .map((step) => step.run ?? '');
  const github = join(folder, 'github.env');
  const env = { ...process.env, GITHUB_ENV: github, NO_PROXY: '127.0.0.1' };
  const script = start.replace('4000', await freePort());
  const shell = spawn('bash', ['-eo', 'pipefail', '-c', script], {
    cwd: folder,
    env,
    detached: true,
    stdio: 'ignore',
  });
  t.teardown(() => process.kill(-Number(shell.pid), 'SIGTERM'));
  const [code] = await once(shell, 'exit');
  t.equal(code, 0);
  const [, url = ''] = /^ZENODO=(http.*)$/m.exec(await readFile(github, 'utf8')) ?? [];
  const { stdout } = await run('bash', ['-eo', 'pipefail', '-c', use], { env: { ...env, ZENODO: url } });
  t.equal(stdout, '[]');
});

t.test('no block is left untried, no option is invented, every file that is named exists', async (t) => {
  const tried = [
    'npx mock-zenodo exec',
    'library.mjs',
    'quota.mjs',
    'upload.test.mjs',
    'test_upload.py',
    'zenodo.yml',
  ];
  const untried = blocks.filter(
    ({ text, language, prints }) =>
      !(language === 'sh' && prints !== null) &&
      !tried.some((name) => text.split('\n', 1)[0]?.includes(name)),
  );
  t.strictSame(
    untried.map(({ text }) => text.split('\n', 1)[0]),
    [
      'npm ci',
      'docker build -t mock-zenodo -f mock-zenodo/Dockerfile .',
      'ZENODO_TOKEN=… ZENODO_TOKEN_2=… npm run conformance -- --url https://sandbox.zenodo.org',
    ],
    'installation, container and sandbox need the network',
  );
  const options = new Set(Object.keys(OptionsSchema.properties).map((name) => name.toLowerCase()));
  const before = README.slice(0, README.indexOf('<!-- fidelity table'));
  for (const [, flag = ''] of before.matchAll(/`--([a-z0-9-]+)/g)) {
    if (['cacert', 'connect-to', 'resolve', 'import'].includes(flag)) continue;
    t.ok(flag === 'help' || options.has(flag.replaceAll('-', '')), `--${flag}`);
  }
  for (const [, variable = ''] of before.matchAll(/MOCK_ZENODO_([A-Z0-9_]+)/g)) {
    t.ok(
      ['URL', 'TOKEN'].includes(variable) || options.has(variable.replaceAll('_', '').toLowerCase()),
      variable,
    );
  }
  const dockerfile = await readFile(join(HERE, 'Dockerfile'), 'utf8');
  const copied = [...dockerfile.matchAll(/^COPY (?!--)(.*) \S+$/gm)].flatMap(([, paths = '']) =>
    paths.split(' '),
  );
  t.ok(copied.length > 3);
  for (const path of copied) await t.resolves(stat(join(HERE, '..', path)), path);
});
