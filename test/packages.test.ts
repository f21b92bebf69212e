import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { build } from './build.js';
import { authorize } from './consent.js';
import { freshEnvironment, startProgram } from './process.js';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** Packs what has been built, and installs it as a stranger does: with nothing of this clone in reach. */
async function install(folder: string): Promise<void> {
  const env = freshEnvironment();
  const packing = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const { stdout } = await run('npm', packing, { cwd: ROOT, env, maxBuffer: 10_000_000 });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  const args = ['install', '--prefer-offline', '--no-audit', '--no-fund', `./${filename}`];
  await run('npm', args, { cwd: folder, env });
}

t.test('the packed service, installed in an empty folder', async (t) => {
  await build();
  const folder = await mkdtemp(join(tmpdir(), 'zenodo-service-packed-'));
  t.teardown(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));
  await install(folder);
  const command = join(folder, 'node_modules/.bin/zenodo-service');
  const says = (...args: string[]) =>
    run(command, args, { cwd: folder, env: freshEnvironment() }).then(
      ({ stdout }) => ({ code: 0, said: stdout }),
      ({ code, stderr }) => ({ code, said: String(stderr) }),
    );

  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  t.same(await says('--version'), { code: 0, said: `${version}\n` });
  t.match(await says('--help'), { code: 0, said: /usage: zenodo-service \[start\]/ });
  t.match(await says('launch'), { code: 2, said: /launch is no command/ });
  t.match(await says('drafts'), { code: 1, said: /DATABASE_URL is missing/ }, 'a script of its own');

  const service = startProgram(t, [command], { cwd: folder, env: { PORT: '0', LOG_LEVEL: 'warn' } });
  await service.says(/Ctrl-C/);
  const [, url = ''] = await service.says(/service +(http:\S+)/);
  t.equal((await fetch(`${url}/readyz`)).status, 200);
  t.match(await authorize(url), { status: 200, body: { deposition_state: 'draft' } });
  t.equal((await fetch(`${url}/docs/`)).status, 200);
  const contract = await readFile(join(folder, 'node_modules/zenodo-service/openapi.yaml'), 'utf8');
  t.equal(contract, await readFile(join(ROOT, 'openapi.yaml'), 'utf8'), 'the contract comes along');
  t.notMatch(service.output(), /Warning|Deprecat/);
  t.equal(await service.kill('SIGTERM'), 0);
});
