import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { EnvironmentSchema } from '../src/environment.js';
import { CATALOGUE } from '../src/errors.js';
import { blocksOf } from './blocks.js';
import { CALLBACK, consent } from './consent.js';
import { lackOfProgram, lackOfPython, PYTHON } from './debian.js';
import { compiled, freshEnvironment, startScript } from './process.js';
import { startService } from './service.js';
import { temporaryFolder } from './teardown.js';

const run = promisify(execFile);
const CLIENT = fileURLToPath(new URL('../clients/python/', import.meta.url));

const skip = await lackOfPython(
  'python3-requests',
  'python3-pytest',
  'python3-setuptools',
  'python3-wheel',
  'python3-build',
);

/**
 * Builds the wheel with Debian's tools and unpacks it where nothing else lies: what an installation
 * holds.
 */
async function install(t: Test): Promise<string> {
  const dir = await temporaryFolder(t);
  await cp(CLIENT, join(dir, 'source'), { recursive: true });
  const build = [
    '-m',
    'build',
    '--wheel',
    '--no-isolation',
    '--outdir',
    join(dir, 'wheel'),
    join(dir, 'source'),
  ];
  await run(PYTHON, build);
  const [wheel = ''] = await readdir(join(dir, 'wheel'));
  t.match(wheel, /^zenodo_service_client-\d+\.\d+\.\d+-py3-none-any\.whl$/);
  await run(PYTHON, ['-m', 'zipfile', '-e', join(dir, 'wheel', wheel), join(dir, 'site')]);
  return join(dir, 'site');
}

/** A folder of tests in which the mock is installed by npm, and the service started by a script. */
async function project(t: Test): Promise<string> {
  const dir = await temporaryFolder(t);
  const programs = {
    'node_modules/.bin/mock-zenodo': 'mock-zenodo/cli.ts',
    'bin/zenodo-service': 'scripts/start.ts',
  };
  for (const [path, source] of Object.entries(programs)) {
    const words = [process.execPath, ...compiled(source)].map((word) => `'${word}'`);
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`, { mode: 0o755 });
  }
  return dir;
}

t.test('the Python client', { skip }, async (t) => {
  const site = await install(t);
  t.ok((await readdir(join(site, 'zenodo_service_client'))).includes('py.typed'), 'its types are shipped');
  const env = {
    ...freshEnvironment(),
    PYTHONPATH: site,
    PYTHONDONTWRITEBYTECODE: '1',
    ZENODO_SERVICE_COMMAND: './bin/zenodo-service',
    // Of another service: the fixture starts one with a database of its own.
    DATABASE_URL: 'postgresql://127.0.0.1:1/of-another',
    PORT: 'none',
  };
  // The fixtures come from the installed package's entry point.
  const pytest = async (...paths: string[]) =>
    run(PYTHON, ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', ...paths], {
      cwd: await project(t),
      // A proxy cannot reach this machine.
      env: { ...env, HTTP_PROXY: 'http://127.0.0.1:1' },
      timeout: 240_000,
    });

  await t.test('its own tests, and those that its README shows', async (t) => {
    const dir = await temporaryFolder(t);
    const shown = blocksOf('clients/python/README.md', 'python').filter(({ text }) =>
      text.startsWith('def test_'),
    );
    t.equal(shown.length, 1);
    await writeFile(join(dir, 'test_shown.py'), shown.map(({ text }) => text).join('\n\n'));
    const ran = await pytest(join(CLIENT, 'tests'), dir).catch((error: { stdout: string }) => error);
    t.match(ran.stdout, /^37 passed/m, ran.stdout);
  });

  await t.test('what its README shows, in the order in which it stands there', async (t) => {
    const service = await startService(t);
    const dir = await temporaryFolder(t);
    await mkdir(join(dir, 'measurements'));
    await mkdir(join(dir, 'photos'));
    for (const name of ['measurements/a.csv', 'photos/b.txt', 'readme.txt']) {
      await writeFile(join(dir, name), `this is ${name}`);
    }
    const shown = blocksOf('clients/python/README.md', 'python')
      .map(({ text }) => text)
      .filter((text) => !text.startsWith('def test_'))
      .join('\n')
      .replace('http://127.0.0.1:3000', service.url)
      .replace('http://127.0.0.1:8000/zenodo/callback', CALLBACK);
    const [begin = '', rest = ''] = shown.split(/^(?=grant = )/m);
    const program = [begin, 'import sys', 'sys.stdout.flush()', 'code, state = input().split()', rest];
    await writeFile(join(dir, 'shown.py'), program.join('\n'));
    const child = execFile(PYTHON, ['shown.py'], { cwd: dir, env });
    let output = '';
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const page = new Promise<string>((resolve) => {
      child.stdout?.on('data', (piece: string) => {
        output += piece;
        const found = /^(http\S+)\n/.exec(output)?.[1];
        if (found !== undefined) resolve(found);
      });
    });
    child.stderr?.on('data', (piece: string) => {
      output += piece;
    });
    const back = await Promise.race([page.then(consent), ended.then(() => undefined)]);
    child.stdin?.end(`${back?.code} ${back?.state}\n`);
    t.equal(await ended, 0, output);
    t.match(output, /^done: (\d+) of \1 bytes are at Zenodo$/m);
    t.match(output, /^publication_date /m);
    const [record] = service.mock.state().depositions;
    t.match(record, { state: 'done' }, 'it is published');
  });
});

t.test('the Python client runs on Python 3.9, and knows every setting of the service', async (t) => {
  const sources = join(CLIENT, 'src/zenodo_service_client');
  const plugin = await readFile(join(sources, 'pytest_plugin.py'), 'utf8');
  for (const name of Object.keys(EnvironmentSchema.properties)) {
    t.match(plugin, new RegExp(`\\b${name}\\b`), `${name} is kept from the fixtures`);
  }
  if (skip !== false) return;
  const parse =
    'import ast, sys\nfor path in sys.argv[1:]: ast.parse(open(path).read(), path, feature_version=(3, 9))';
  const files = (await readdir(sources)).filter((name) => name.endsWith('.py'));
  await t.resolves(run(PYTHON, ['-c', parse, ...files.map((name) => join(sources, name))]));
  const newer = join(await temporaryFolder(t), 'newer.py');
  await writeFile(newer, 'match 1:\n    case _: pass\n');
  await t.rejects(run(PYTHON, ['-c', parse, newer]), /SyntaxError/, 'what is newer would be found');
});

t.test('the Python client is typed, and needs `requests` alone', async (t) => {
  const project = await readFile(join(CLIENT, 'pyproject.toml'), 'utf8');
  t.match(project, /^dependencies = \["requests>=[\d.]+"\]$/m);
  t.match(project, /"Operating System :: POSIX"/, 'the fixtures end process groups');
  if ((await lackOfProgram('/usr/bin/mypy', 'mypy')) !== false) return;
  const strict = ['--strict', '--disable-error-code=import', '--cache-dir=/dev/null', 'src'];
  const { stdout } = await run('/usr/bin/mypy', strict, { cwd: CLIENT }).catch((error) => error);
  t.match(stdout, /^Success: no issues found in 8 source files/, stdout);
});

t.test('the Python client has a class for every code of the catalogue', async (t) => {
  const check = startScript(t, 'scripts/python-errors.ts', { args: ['--check'] });
  t.equal(await check.ended(), 0, check.output());
  t.ok(Object.keys(CATALOGUE).length > 50);
  t.equal(blocksOf('clients/python/README.md', 'sh')[0]?.text, 'pip install zenodo-service-client\n');
});
