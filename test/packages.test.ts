import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { buildingPython } from '../scripts/python-package.js';
import { brokenLinks } from './blocks.js';
import { authorize } from './consent.js';
import { freshEnvironment, startProgram } from './process.js';
import { temporaryFolder } from './teardown.js';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../', import.meta.url));

/**
 * Makes a release without publishing it, and installs it as a stranger does: with nothing of this
 * clone in reach.
 */
async function install(t: Test, folder: string): Promise<void> {
  const env = { ...freshEnvironment(), REPOSITORY_URL: 'https://code.example/zenodo-service.git' };
  const { stdout } = await run('npm', ['run', 'release', '--', '--dry-run'], { cwd: ROOT, env });
  t.match(stdout, /release\/zenodo-service-\S+\.tgz: installs without a warning, and runs/);
  t.match(stdout, /release\/mock-zenodo-\S+\.tgz: installs without a warning, and runs/);
  if ((await buildingPython()) === undefined) {
    t.match(stdout, /clients\/python: left out, no Python here has/);
  } else {
    t.match(stdout, /release\/python\/zenodo_service_client-\S+-py3-none-any\.whl: built/);
    t.match(stdout, /release\/python\/zenodo[_-]service[_-]client-\S+\.tar\.gz: built/);
    t.match(stdout, /twine upload --attestations release\/python\/\*/);
  }
  t.match(stdout, /image: \d\d MB/);
  t.match(stdout, /npm publish --provenance --access public release\/mock-zenodo-/);
  const [tarball = ''] = /release\/zenodo-service-\S+\.tgz/.exec(stdout) ?? [];
  await run('npm', ['install', '--no-audit', '--no-fund', join(ROOT, tarball)], { cwd: folder, env });
  const manifest = await readFile(join(folder, 'node_modules/zenodo-service/package.json'), 'utf8');
  t.match(JSON.parse(manifest), {
    repository: { url: 'git+https://code.example/zenodo-service.git' },
    homepage: 'https://code.example/zenodo-service',
    bugs: 'https://code.example/zenodo-service/issues',
  });
}

t.test('the packed service, installed in an empty folder', async (t) => {
  const folder = await temporaryFolder(t);
  await install(t, folder);
  const command = join(folder, 'node_modules/.bin/zenodo-service');
  const says = (...args: string[]) =>
    run(command, args, { cwd: folder, env: freshEnvironment() }).then(
      ({ stdout }) => ({ code: 0, said: stdout }),
      ({ code, stderr }) => ({ code, said: String(stderr) }),
    );

  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  t.same(await says('--version'), { code: 0, said: `${version}\n` });
  t.match(await says('--help'), { code: 0, said: /usage: zenodo-service \[start\]/ });
  t.match(await says('launch'), { code: 2, said: /unknown command: launch/ });
  t.match(await says('drafts'), { code: 3, said: /DATABASE_URL is missing/ }, 'a script of its own');

  const operatorKey = randomBytes(24).toString('hex');
  const service = startProgram(t, [command], {
    cwd: folder,
    env: { PORT: '0', LOG_LEVEL: 'warn', OPERATOR_PORT: '0', OPERATOR_KEY: operatorKey },
  });
  await service.says(/Ctrl-C/);
  const [, url = ''] = await service.says(/service +(http:\S+)/);
  t.equal((await fetch(`${url}/readyz`)).status, 200);
  t.match(await authorize(url), { status: 200, body: { deposition_state: 'draft' } });
  t.equal((await fetch(`${url}/docs/`)).status, 200);
  // A browser brings the cookies of every other application of its machine.
  for (const path of ['/', '/readyz', '/upload', '/try'])
    t.ok((await fetch(url + path, { headers: { cookie: 'sessionid=a; b=c' } })).status < 400, path);
  const [, operator = ''] = await service.says(/operator +(http:\S+)/);
  const login = await fetch(`${operator}/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: operator, cookie: 'sessionid=a' },
    body: new URLSearchParams({ key: operatorKey }),
  });
  t.equal(login.status, 303, 'the operator’s page opens');
  const session = login.headers.getSetCookie().map((one) => one.split(';')[0]);
  t.equal((await fetch(`${operator}/`, { headers: { cookie: session.join('; ') } })).status, 200);
  const contract = await readFile(join(folder, 'node_modules/zenodo-service/openapi.yaml'), 'utf8');
  t.equal(contract, await readFile(join(ROOT, 'openapi.yaml'), 'utf8'), 'the contract comes along');
  const packed = join(folder, 'node_modules/zenodo-service');
  const documents = (await readdir(packed, { recursive: true })).filter((path) => path.endsWith('.md'));
  t.ok(documents.length > 30);
  t.same(brokenLinks(packed, documents), [], 'no document leads out of the package');
  t.notMatch(service.output(), /Warning|Deprecat/);
  t.equal(await service.kill('SIGTERM'), 0);
});
