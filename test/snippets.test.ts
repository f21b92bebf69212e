import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { blocksOf } from './blocks.js';
import { CALLBACK } from './consent.js';
import { lackOfPython, PYTHON } from './debian.js';
import { startScript } from './process.js';
import { startService } from './service.js';
import { temporaryFolder } from './teardown.js';

const SCRIPT = fileURLToPath(new URL('../examples/python/run_documented.py', import.meta.url));

/** What the user does at Zenodo, and the browser brings back. */
const CONSENT = `
from urllib.parse import parse_qs, urlsplit
back = requests.post(zenodo_oauth_url, data={"confirm": "yes"}, allow_redirects=False)
query = parse_qs(urlsplit(back.headers["Location"]).query)
code, state = query["code"][0], query["state"][0]
`;

const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex');

interface Result {
  deposition_id: number;
  files: { filename: string; size: number; checksum: string; status: string }[];
  metadata: { title: string; creators: unknown[] };
}

t.test(
  'the documented Python snippets, with nothing changed but the host',
  { skip: await lackOfPython('python3-requests') },
  async (t) => {
    const home = await temporaryFolder(t);
    const service = startScript(t, 'scripts/start.ts', { cwd: home, env: { PORT: '0', LOG_LEVEL: 'warn' } });
    const [, url = ''] = await service.says(/service +(http:\S+)/);
    const [, zenodo = ''] = await service.says(/mock Zenodo +(http:\S+)/);
    const container = {
      'manifest.rdmc': Buffer.from('RDMC Title: Measurements of radium\n'),
      'artifact-1.zip': randomBytes(3_000_001),
      'artifact ü (2).zip': randomBytes(70_000),
    };
    const paths = await Promise.all(
      Object.entries(container).map(async ([name, bytes]) => {
        const path = join(home, name);
        await writeFile(path, bytes);
        return path;
      }),
    );
    const { stdout } = await promisify(execFile)(PYTHON, [SCRIPT, url, ...paths], { timeout: 60_000 });
    const result = JSON.parse(stdout) as Result;
    t.match(result.metadata, {
      title: 'Measurements of radium',
      creators: [{ name: 'Carberry, Josiah', orcid: '0000-0002-1825-0097' }],
    });

    const headers = { authorization: 'Bearer mock-token' };
    const at = `${zenodo}/api/deposit/depositions/${result.deposition_id}`;
    const deposition = (await (await fetch(at, { headers })).json()) as {
      title: string;
      files: { filename: string }[];
      links: { bucket: string };
    };
    t.equal(deposition.title, 'Measurements of radium');
    t.same(
      deposition.files.map(({ filename }) => filename).sort(),
      paths.map((path) => basename(path)).sort(),
      'Zenodo holds these three files',
    );
    for (const [name, bytes] of Object.entries(container)) {
      const stored = await fetch(`${deposition.links.bucket}/${encodeURIComponent(name)}`, { headers });
      t.ok(bytes.equals(Buffer.from(await stored.arrayBuffer())), `${name} byte by byte`);
      const told = result.files.find(({ filename }) => filename === name);
      t.match(told, { size: bytes.length, checksum: `md5:${md5(bytes)}`, status: 'uploaded' }, 'as answered');
    }
  },
);

t.test(
  'the Python examples say how to call them',
  { skip: await lackOfPython('python3-requests') },
  async (t) => {
    for (const name of ['run_documented', 'send_files']) {
      const script = fileURLToPath(new URL(`../examples/python/${name}.py`, import.meta.url));
      const fault = await promisify(execFile)(PYTHON, [script]).then(
        () => null,
        ({ stderr }) => String(stderr),
      );
      t.match(fault, `python3 ${name}.py SERVICE_URL`);
      t.notMatch(fault, 'Traceback');
    }
  },
);

t.test('the snippets that are shown are those that are run', async (t) => {
  const shown = blocksOf('README.md', 'python').map(({ text }) => text);
  const names = ['1_authorize', '2_callback', '3_files', '4_metadata'];
  const run = names.map((name) =>
    readFile(new URL(`../examples/python/documented/${name}.py`, import.meta.url), 'utf8'),
  );
  t.same(shown, await Promise.all(run));
});

t.test(
  'the snippets run with what stands around them',
  { skip: await lackOfPython('python3-requests') },
  async (t) => {
    const service = await startService(t);
    const home = await temporaryFolder(t);
    await mkdir(join(home, 'data'));
    for (const name of ['manifest.rdmc', 'data/spectra.csv']) await writeFile(join(home, name), `${name}\n`);
    const [first, second, third, fourth] = blocksOf('README.md', 'python').map(({ text }) => text);
    const [files, metadata] = blocksOf('README.md', 'py').map(({ text }) => text);
    const shown = [first, CONSENT, second, 'deposition_id = response.json()["deposition_id"]', files, third];
    const program = ['import requests', ...shown, metadata, fourth, 'print(response.status_code)']
      .join('\n')
      .replaceAll('"http://127.0.0.1:3000', `f"${service.url}`)
      .replaceAll('<deposition_id>', '{deposition_id}')
      .replaceAll('<callback_url>', CALLBACK)
      .replaceAll('<container_id>', 'radium')
      .replaceAll('"<auth_code>"', 'code')
      .replaceAll('"<returned_state>"', 'state')
      .replaceAll('"<access_token>"', 'access_token');
    await writeFile(join(home, 'program.py'), program);
    const { stdout } = await promisify(execFile)(PYTHON, ['program.py'], { cwd: home, timeout: 60_000 });
    t.equal(stdout, '200\n');
    const [draft] = service.mock.state().depositions;
    t.equal(draft?.title, 'Measurements of radium');
    t.same(draft?.files.map(({ key }) => key).toSorted(), ['data.zip', 'manifest.rdmc']);
  },
);
