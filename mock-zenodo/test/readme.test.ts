import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, cp, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { validateAction, validateWorkflow } from '@action-validator/core';
import t from 'tap';
import { parse } from 'yaml';
import { blocksIn, blocksOf, brokenLinks } from '../../test/blocks.js';
import { lackOfPython, PYTHON } from '../../test/debian.js';
import { compiled, freshEnvironment } from '../../test/process.js';
import { withFaults, withRules } from '../conformance/fidelity-table.js';
import { allRules } from '../conformance/rules.js';
import { EFFECTS } from '../faults/fault.js';
import { NAMED_FAULTS } from '../faults/named.js';
import { startMockZenodo } from '../index.js';
import { OptionsSchema } from '../options.js';

const run = promisify(execFile);
const HERE = new URL('..', import.meta.url).pathname;
const README = await readFile(join(HERE, 'README.md'), 'utf8');
const FAULTS = await readFile(join(HERE, 'docs/faults.md'), 'utf8');
const FIDELITY = await readFile(join(HERE, 'docs/fidelity.md'), 'utf8');

interface Block {
  language: string;
  text: string;
  /** What the block after it says that it prints. */
  prints: string | null;
}

const found = [
  ...blocksIn('mock-zenodo/README.md'),
  ...blocksIn('mock-zenodo/docs/faults.md'),
  ...blocksIn('mock-zenodo/docs/fidelity.md'),
];
const blocks: Block[] = found
  .map((block, index) => {
    const next = found[index + 1];
    return { ...block, prints: next?.language === 'text' ? next.text : null };
  })
  .filter(({ language }) => language !== 'text');

/**
 * A folder as a user has it: the built package in node_modules, and the clone's own path to the
 * command.
 */
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

let packing: Promise<Packed>;

t.before(async () => {
  await mkdir(join(folder, 'node_modules/mock-zenodo'), { recursive: true });
  for (const name of ['package.json', 'README.md', 'LICENSE']) {
    await copyFile(join(HERE, name), join(folder, 'node_modules/mock-zenodo', name));
  }
  await run(process.execPath, [...compiled('mock-zenodo/build.ts'), dist]);
  await cp(join(HERE, 'docs'), join(folder, 'node_modules/mock-zenodo/docs'), { recursive: true });
  packing = pack();
  await mkdir(join(folder, 'mock-zenodo'));
  await symlink(dist, join(folder, 'mock-zenodo/dist'));
});

t.test('its tables are those of the rules and the faults', async (t) => {
  t.ok(FIDELITY === withRules(FIDELITY, allRules), 'run `npm run fidelity-table`');
  t.ok(FAULTS === withFaults(FAULTS, NAMED_FAULTS), 'run `npm run fidelity-table`');
});

t.test('the readme is short', async (t) => {
  t.ok(README.split('\n').length <= 251);
  const prose = `${README}\n${FAULTS}`.split('\n').filter((line) => !line.startsWith('|'));
  t.strictSame(
    prose.filter((line) => line.length > 120),
    [],
  );
});

t.test('every recipe of a fault, and the seed, is taken', async (t) => {
  const mock = await startMockZenodo();
  t.teardown(() => mock.close());
  const post = (path: string, body: string) =>
    fetch(`${mock.url}/_mock/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
  const recipes = blocksOf('mock-zenodo/docs/faults.md', 'json');
  for (const { text } of recipes) {
    const answer = await post('faults', text);
    t.equal(answer.status, 201, text);
  }
  t.same(
    mock.faults.list().map(({ fault }) => fault),
    recipes.map(({ text }) => JSON.parse(text)),
  );
  const shown = recipes.flatMap(({ text }) => Object.keys(JSON.parse(text)));
  t.strictSame(
    EFFECTS.filter((name) => !shown.includes(name)),
    [],
    'every effect has a recipe',
  );
  mock.faults.clear();
  for (const { text } of blocksOf('mock-zenodo/README.md', 'json')) {
    t.equal((await post('seed', text)).status, 201);
    t.match(mock.state().depositions, [{ id: 7001 }, { id: 7002 }]);
  }
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

let installing: Promise<string> | undefined;

/**
 * A folder with the packed package installed, as a user has it: nothing of this clone is in reach.
 * It is empty but for that, and for what other tests of this file have put there.
 */
function installed(): Promise<string> {
  installing ??= install();
  return installing;
}

async function install(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'mock-zenodo-packed-'));
  t.teardown(() => rm(home, { recursive: true, force: true, maxRetries: 10 }));
  const { filename } = await packing;
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--prefix', home];
  await run('npm', ['install', ...flags, join(folder, filename)], { cwd: home });
  return home;
}

let compiling: Promise<void> | undefined;

/**
 * Compiles what uses the installed package: a consumer, and the example for Testcontainers. Both at
 * once, because the compiler takes longest to read the libraries.
 */
function compiledTogether(): Promise<void> {
  compiling ??= compile();
  return compiling;
}

async function compile(): Promise<void> {
  const home = await installed();
  await symlink(join(HERE, '../node_modules/testcontainers'), join(home, 'node_modules/testcontainers'));
  await writeFile(join(home, 'consumer.mts'), CONSUMER);
  const [{ text } = { text: '' }] = blocksOf('mock-zenodo/docs/ci.md', 'ts');
  await writeFile(join(home, 'container.mts'), text);
  const configuration = {
    extends: join(HERE, '../tsconfig.json'),
    compilerOptions: {
      skipLibCheck: false,
      noEmit: false,
      typeRoots: [join(HERE, '../node_modules/@types')],
    },
    files: ['consumer.mts', 'container.mts'],
    include: [],
  };
  await writeFile(join(home, 'tsconfig.json'), JSON.stringify(configuration));
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  await run(process.execPath, [tsc, '-p', home]).catch(({ stdout }) => {
    throw new Error(String(stdout));
  });
}

t.test('the packed package, installed in an empty folder: command, library and types', async (t) => {
  const inside = (await packing).files.map(({ path }) => path);
  for (const path of [
    'LICENSE',
    'README.md',
    'docs/fidelity.md',
    'docs/faults.md',
    'docs/window.png',
    'dist/THIRD-PARTY-LICENSES',
    'dist/index.d.ts',
  ]) {
    t.ok(inside.includes(path), path);
  }
  const home = await installed();
  const packed = join(home, 'node_modules/mock-zenodo');
  const documents = inside.filter((path) => path.endsWith('.md'));
  t.ok(documents.length >= 5);
  t.strictSame(brokenLinks(packed, documents), [], 'no document leads out of the package');
  const [, command = ''] = /`npx (mock-zenodo --port \d+)`/.exec(README) ?? [];
  const [name = '', ...args] = command.replace(/\d+/, '0').split(' ');
  const child = spawn(join(home, 'node_modules/.bin', name), args, { stdio: ['ignore', 'pipe', 'ignore'] });
  t.teardown(() => child.kill());
  const [url] = await once(createInterface({ input: child.stdout }), 'line', {
    signal: AbortSignal.timeout(90_000),
  });
  t.equal((await fetch(`${url}/_mock/clock`)).status, 200);

  await t.resolves(compiledTogether(), 'a consumer compiles');
  await t.resolves(run(process.execPath, [join(home, 'consumer.mjs')]), 'what was compiled runs');
});

t.test('the module for Testcontainers: the example compiles, and steers a mock', async (t) => {
  const home = await installed();
  await t.resolves(compiledTogether(), 'the example compiles');
  const [{ text } = { text: '' }] = blocksOf('mock-zenodo/docs/ci.md', 'ts');

  // No engine: the same example, with a mock that runs here in the place of the container.
  const mock = await startMockZenodo({ controlToken: 'secret' });
  t.teardown(() => mock.close());
  const standIn = `
    import { GenericContainer } from 'testcontainers';
    GenericContainer.prototype.start = async function () {
      const { MOCK_ZENODO_CONTROL_TOKEN: token } = this.createOpts.Env.reduce((all, line) => {
        const [name, value] = line.split('=', 2);
        return { ...all, [name]: value };
      }, {});
      if (!/^[0-9a-f]{32}$/.test(token) || !('4000/tcp' in this.createOpts.ExposedPorts)) throw new Error('settings');
      return {
        getHost: () => '127.0.0.1',
        getMappedPort: (port) => (port === 4000 ? ${new URL(mock.url).port} : 0),
        stop: async () => undefined,
      };
    };
  `;
  await writeFile(join(home, 'stand-in.mjs'), standIn);
  const steered = text
    .replace('.start();', '.start();\nObject.assign(zenodo, { controlToken: "secret" });')
    .replace(/^/, "import './stand-in.mjs';\n");
  await writeFile(join(home, 'container.mjs'), steered);
  const { stdout } = await run(process.execPath, [join(home, 'container.mjs')], { cwd: home });
  t.equal(stdout, '[]\n', 'the user that was seeded has no drafts yet');
});

t.test('the built command impersonates too: what it loads late is in the package', async (t) => {
  const child = spawn(process.execPath, [cli, '--impersonate'], { stdio: ['ignore', 'pipe', 'ignore'] });
  t.teardown(() => child.kill());
  const [url] = await once(createInterface({ input: child.stdout }), 'line', {
    signal: AbortSignal.timeout(90_000),
  });
  t.match(url, /^https:\/\/zenodo\.org:\d+$/);
});

t.test('shell recipes print what they say', async (t) => {
  const mock = await startMockZenodo();
  t.teardown(() => mock.close());
  const recipes = blocks.filter(({ language, prints }) => language === 'sh' && prints !== null);
  t.equal(recipes.length, 3);
  for (const { text, prints } of recipes) {
    const options = { cwd: folder, env: { ...process.env, ZENODO: mock.url, NO_PROXY: '127.0.0.1' } };
    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', text], options);
    t.equal(stdout.trim(), prints?.trim());
    mock.faults.clear();
  }
});

t.test('the quota recipe prints what it says', async (t) => {
  const { stdout } = await run(process.execPath, [await written('quota.mjs')]);
  t.equal(stdout, named('quota.mjs').prints);
});

t.test('the vitest file passes with node:test too, as it says', async (t) => {
  const { NODE_TEST_CONTEXT: _outer, NODE_OPTIONS: _options, ...env } = process.env;
  const path = join(folder, 'node.test.mjs');
  const text = named('upload.test.mjs').text.replace(/'vitest'/, "'node:test'");
  await writeFile(path, text.replace(/\b(before|after)All\b/g, '$1'));
  const args = ['--test', '--test-reporter=tap', path];
  const { stdout } = await run(process.execPath, args, { env });
  t.match(stdout, /^# pass 1$/m);
});

t.test('the vitest file passes with the packed package, in an empty folder', async (t) => {
  const home = await installed();
  await writeFile(join(home, 'upload.test.mjs'), named('upload.test.mjs').text);
  const env = freshEnvironment();
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', 'vitest@3.2.4'], {
    cwd: home,
    env,
  });
  const vitest = join(home, 'node_modules/.bin/vitest');
  const { stdout } = await run(vitest, ['run', '--root', home], { cwd: home, env, timeout: 120_000 });
  t.match(stdout, /1 passed/);
});

const lackOfPytest = await lackOfPython('python3-pytest', 'python3-requests');

t.test(
  'the pytest file passes with the packed command, in an empty folder',
  { skip: lackOfPytest },
  async (t) => {
    const home = await installed();
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

t.test('the CI job runs the tests of a package', async (t) => {
  const { jobs } = parse(named('zenodo.yml').text) as { jobs: { client: { steps: { run?: string }[] } } };
  const last = jobs.client.steps.at(-1)?.run ?? '';
  const home = await installed();
  const scripts = { test: 'curl -s "https://zenodo.org/api/deposit/depositions?access_token=mock-token"' };
  const manifest = JSON.parse(await readFile(join(home, 'package.json'), 'utf8'));
  await writeFile(join(home, 'package.json'), JSON.stringify({ ...manifest, scripts }));
  const { stdout } = await run('bash', ['-c', last], { env: freshEnvironment(), cwd: home });
  t.match(stdout, /\[\]$/);
});

t.test('the action is valid, and its script starts a mock that later steps find', async (t) => {
  const text = await readFile(join(HERE, 'action.yml'), 'utf8');
  t.strictSame(validateAction(text).errors, []);
  const action = parse(text) as {
    inputs: { version: { default: string } };
    runs: { steps: { run: string }[] };
  };
  const { version } = JSON.parse(await readFile(join(HERE, 'package.json'), 'utf8'));
  t.equal(action.inputs.version.default, version);
  const [shared = { text: '' }] = blocksOf('mock-zenodo/docs/ci.md', 'yaml');
  t.strictSame(validateWorkflow(`on: push\n${shared.text}`).errors, []);
  const { jobs } = parse(shared.text) as {
    jobs: { client: { steps: { run?: string; with?: { options?: string } }[] } };
  };
  const use = jobs.client.steps.at(-1)?.run ?? '';

  const home = await installed();
  const [github, output] = [join(home, 'github.env'), join(home, 'github.output')];
  const given = jobs.client.steps.find((step) => step.with !== undefined)?.with?.options ?? '';
  const env = {
    ...freshEnvironment(),
    RUNNER_TEMP: home,
    GITHUB_ENV: github,
    GITHUB_OUTPUT: output,
    VERSION: version,
    OPTIONS: given,
  };
  const options = { cwd: home, env, detached: true, stdio: 'ignore' } as const;
  const shell = spawn('bash', ['-eo', 'pipefail', '-c', action.runs.steps[0]?.run ?? ''], options);
  t.teardown(() => process.kill(-Number(shell.pid), 'SIGTERM'));
  t.strictSame(await once(shell, 'exit'), [0, null]);
  const found = Object.fromEntries(
    (await readFile(github, 'utf8')).split('\n').map((line) => line.split('=', 2)),
  );
  t.equal(await readFile(output, 'utf8'), `url=${found['MOCK_ZENODO_URL']}\n`);
  const later = { ...freshEnvironment(), ...found };
  const { stdout } = await run('bash', ['-eo', 'pipefail', '-c', use], { env: later });
  t.equal(stdout, '[]');

  const broken = run('bash', ['-eo', 'pipefail', '-c', action.runs.steps[0]?.run ?? ''], {
    cwd: home,
    env: { ...env, OPTIONS: '--prot 1' },
  });
  await t.rejects(broken, { code: 1, stderr: /--prot is not an option/ });
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
      language !== 'json' &&
      !(language === 'sh' && prints !== null) &&
      !tried.some((name) => text.split('\n', 1)[0]?.includes(name)),
  );
  t.strictSame(
    untried.map(({ text }) => text.split('\n', 1)[0]),
    [
      'npm install --save-dev mock-zenodo',
      'docker build -t mock-zenodo -f mock-zenodo/Dockerfile .',
      'ZENODO_TOKEN=… ZENODO_TOKEN_2=… npm run conformance -- --url https://sandbox.zenodo.org',
    ],
    'installation, container and sandbox need the network',
  );
  const options = new Set(Object.keys(OptionsSchema.properties).map((name) => name.toLowerCase()));
  const impersonation = await readFile(join(HERE, 'docs/impersonation.md'), 'utf8');
  const before = README + impersonation;
  for (const [, flag = ''] of before.matchAll(/`--([a-z0-9-]+)/g)) {
    if (flag === 'strict') continue;
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
