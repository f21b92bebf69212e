import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { startMockZenodo } from '../mock-zenodo/index.js';
import { startScript } from './process.js';
import { listen, temporaryFolder } from './teardown.js';

/** What is there but for the compiler's own cache. */
async function leftIn(path: string): Promise<string[]> {
  return readdir(path);
}

/** Somebody between us and a mock who changes a byte of every published file on its way out. */
async function tamperingProxy(t: Test, target: string): Promise<string> {
  const server = createServer((incoming, outgoing) => {
    const { host, ...headers } = incoming.headers;
    const onward = request(
      new URL(incoming.url ?? '/', target),
      { method: incoming.method, headers: { ...headers, host: host ?? '' } },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        const spoil = /\/records\/.*\/files\/.*\/content/.test(incoming.url ?? '');
        answer.on('data', (chunk: Buffer) => {
          if (spoil) chunk[0] = (chunk[0] ?? 0) ^ 1;
          outgoing.write(chunk);
        });
        answer.on('end', () => outgoing.end());
      },
    );
    incoming.pipe(onward);
  });
  return listen(t, server);
}

t.test('the demo sends the example container and shows that every byte arrived', async (t) => {
  const temporary = await temporaryFolder(t);
  const demo = startScript(t, 'scripts/demo.ts', { env: { TMPDIR: temporary } });
  t.equal(await demo.ended(), 0, demo.output());
  const output = demo.output();
  const steps = [...output.matchAll(/✓ (\w+)/g)].map(([, name]) => name);
  t.same(steps, ['start', 'authorize', 'consent', 'callback', 'upload', 'metadata', 'verify', 'publish']);
  t.match(output, /█{28} 6\.\d MB of 6\.\d MB sent, Zenodo took 6\.\d MB/, 'progress');
  const rows = [...output.matchAll(/^ {2}(\S+) +[\d.]+ [kM]B +([0-9a-f]{32}) +([0-9a-f]{32}) +yes$/gm)];
  t.same(rows.map(([, name]) => name).sort(), [
    'airports.zip',
    'manifest.rdmc',
    'observations.zip',
    'zipcodes.csv',
  ]);
  for (const [, name, staged, stored] of rows) t.equal(staged, stored, String(name));
  t.match(output, /10\.5281\/zenodo\.\d+ at http:\/\/127\.0\.0\.1:\d+\/records\/\d+/, 'the record');
  t.same(await leftIn(temporary), [], 'nothing is left behind');
});

t.test('with --keep and --dir it sends any folder and stays until it is told to end', async (t) => {
  const temporary = await temporaryFolder(t);
  const container = await temporaryFolder(t);
  await mkdir(join(container, 'räume/tief'), { recursive: true });
  await writeFile(join(container, 'räume/tief/werte.csv'), 'a,b\n1,2\n');
  await writeFile(join(container, 'ein "name".txt'), 'Anführungszeichen');
  await writeFile(join(container, '.versteckt'), 'geheim');
  const demo = startScript(t, 'scripts/demo.ts', {
    args: ['--keep', '--dir', container],
    env: { TMPDIR: temporary },
  });
  const [, service = ''] = await demo.says(/service +(http:\S+)\/docs/);
  const [, record = ''] = await demo.says(/ at (http:\S+\/records\/\d+)/);
  const [, page = ''] = await demo.says(/upload page +(http:\S+)/);
  await demo.says(/Ctrl-C/);
  t.equal(
    (await fetch(page, { redirect: 'manual' })).status,
    303,
    'the upload page can be clicked through to',
  );
  t.match(demo.output(), /räume\.zip .* yes\n/);
  t.match(demo.output(), /ein "name"\.txt +18 B .* yes\n/, 'small files have a size');
  t.match(demo.output(), /left out +.*: \.versteckt\n/, 'what is not sent is named');
  t.equal((await fetch(`${service}/readyz`)).status, 200, 'the service is there');
  const published = (await (await fetch(record.replace('/records/', '/api/records/'))).json()) as {
    title: string;
  };
  t.match(container, published.title, 'the record has the name of the folder');
  t.equal(await demo.kill('SIGINT'), 0);
  await t.rejects(fetch(service), 'now it is gone');
  t.same(await leftIn(temporary), []);
});

t.test('a byte that differs, and a step that fails, end with a reason', async (t) => {
  const mock = await startMockZenodo();
  t.teardown(() => mock.close());
  const temporary = await temporaryFolder(t);
  const container = await temporaryFolder(t);
  await writeFile(join(container, 'values.csv'), 'a,b\n1,2\n');
  const run = async (zenodo: string, dir = container) => {
    const demo = startScript(t, 'scripts/demo.ts', {
      args: ['--zenodo', zenodo, '--dir', dir],
      env: { TMPDIR: temporary },
    });
    return { code: await demo.ended(), output: demo.output() };
  };
  const spoiled = await run(await tamperingProxy(t, mock.url));
  t.equal(spoiled.code, 1);
  t.match(spoiled.output, /values\.csv .* NO\n/);
  t.match(spoiled.output, 'The demo failed: Zenodo does not have what was sent');

  mock.faults.add({ method: 'POST', path: '/api/deposit/depositions/:id/actions/publish', status: 500 });
  const refused = await run(mock.url);
  t.equal(refused.code, 1);
  t.match(refused.output, /The demo failed: POST depositions\/\d+\/publish answered 502 zenodo_error/);

  const empty = await run(mock.url, await temporaryFolder(t));
  t.equal(empty.code, 1);
  t.match(empty.output, 'has no files');
  const none = await run(mock.url, join(temporary, 'none'));
  t.equal(none.code, 1);
  t.match(none.output, /none cannot be used: no such file or directory\n$/);
  const real = await run('https://sandbox.zenodo.org');
  t.equal(real.code, 1);
  t.match(real.output, 'must be a mock on this machine');
  t.same(await leftIn(temporary), [], 'nothing is left behind by any of them');
});
