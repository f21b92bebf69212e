import { execFile, spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { access, readFile, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { lackOfPython, PYTHON } from '../../test/debian.js';
import { makeCertificate } from '../impersonate/certificate.js';
import { type MockZenodo, type Options, startMockZenodo } from '../index.js';

const run = promisify(execFile);
const README = await readFile(new URL('../README.md', import.meta.url), 'utf8');

interface Running {
  mock: MockZenodo;
  certificate: string;
  /** For a client's process: where the certificate is, where the mock listens, and no proxy between. */
  env: NodeJS.ProcessEnv;
}

async function impersonating(t: Test, options: Partial<Options> = {}): Promise<Running> {
  const mock = await startMockZenodo({ impersonate: true, ...options });
  t.teardown(() => mock.close());
  const certificate = mock.certificate ?? '';
  const PORT = new URL(mock.url).port;
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...inherited } = process.env;
  const env = { ...inherited, CERTIFICATE: certificate, PORT, NO_PROXY: '*', no_proxy: '*' };
  return { mock, certificate, env };
}

/** A block of the readme by the name in its first line, as a file of its own. */
async function written(t: Test, name: string): Promise<string> {
  const block = [...README.matchAll(/^```\w+\n(.*?)^```$/gms)].find(([, text]) =>
    text?.split('\n', 1)[0]?.includes(name),
  );
  if (block?.[1] === undefined) throw new Error(`The readme has no block ${name}.`);
  const path = join(t.testdir(), name);
  await writeFile(path, block[1]);
  return path;
}

/** One HTTPS request to the mock that trusts its certificate, under any name. */
async function ask(
  { certificate, env }: Running,
  method: string,
  path: string,
  { host = 'zenodo.org', json }: { host?: string; json?: object } = {},
): Promise<{ status: number; text: string }> {
  const headers = { host, authorization: 'Bearer mock-token', 'content-type': 'application/json' };
  const options = { host: '127.0.0.1', port: env['PORT'], servername: 'zenodo.org', agent: false };
  const sent = request({ ...options, method, path, headers, ca: await readFile(certificate) });
  sent.end(json === undefined ? undefined : JSON.stringify(json));
  const [answer] = await once(sent, 'response', { signal: AbortSignal.timeout(10_000) });
  let text = '';
  for await (const chunk of answer) text += chunk;
  return { status: answer.statusCode, text };
}

const seeded = async (mock: MockZenodo): Promise<{ id: number; md5: string }> => {
  const metadata = { title: 'Radium', upload_type: 'dataset', creators: [{ name: 'Curie, Marie' }] };
  const files = [{ name: 'radium.csv', content: 'day,mg\n1,0.1\n' }];
  const { depositions } = await mock.seed({ depositions: [{ metadata, files, state: 'published' }] });
  return { id: depositions[0]?.id ?? 0, md5: depositions[0]?.files[0]?.md5 ?? '' };
};

t.test('the certificate is a leaf for two names and seven days, and nothing else is on disk', async (t) => {
  const { mock, certificate } = await impersonating(t);
  const pem = await readFile(certificate, 'utf8');
  t.equal(pem.match(/-----BEGIN [A-Z ]+-----/g)?.join(), '-----BEGIN CERTIFICATE-----', 'no key beside it');
  const parsed = new X509Certificate(pem);
  t.equal(parsed.ca, false);
  t.equal(parsed.subjectAltName, 'DNS:zenodo.org, DNS:sandbox.zenodo.org');
  t.ok(parsed.verify(parsed.publicKey), 'self-signed');
  const days = (Date.parse(parsed.validTo) - Date.now()) / 86_400_000;
  t.ok(days > 6.9 && days <= 7, String(days));
  t.match(mock.url, /^https:\/\/zenodo\.org:\d+$/);

  const path = join(t.testdir(), 'chosen.pem');
  const other = await startMockZenodo({ impersonate: true, sandbox: true, certificate: path });
  t.match(other.url, /^https:\/\/sandbox\.zenodo\.org:\d+$/);
  t.not(await readFile(path, 'utf8'), pem, 'each mock has its own');
  await other.close();
  await t.rejects(access(path), 'it goes with the mock');
  const plain = await startMockZenodo();
  t.equal(plain.certificate, null);
  await plain.close();
});

t.test(
  'links say https://zenodo.org, as the Host header does; the control API answers there too',
  async (t) => {
    const running = await impersonating(t);
    const draft = JSON.parse((await ask(running, 'POST', '/api/deposit/depositions', { json: {} })).text);
    t.match(draft.links.bucket, /^https:\/\/zenodo\.org\/api\/files\//);
    const host = 'sandbox.zenodo.org';
    const again = JSON.parse(
      (await ask(running, 'GET', `/api/deposit/depositions/${draft.id}`, { host })).text,
    );
    t.match(again.links.bucket, /^https:\/\/sandbox\.zenodo\.org\/api\/files\//);
    t.equal((await ask(running, 'GET', '/_mock/clock')).status, 200);
    t.equal((await ask(running, 'GET', '/_mock/clock', { host: 'evil.example' })).status, 403);
  },
);

t.test('faults that cut connections cut them over TLS too', async (t) => {
  const running = await impersonating(t);
  running.mock.faults.add({ drop: true });
  await t.rejects(ask(running, 'GET', '/api/records'));
  running.mock.faults.clear();
  t.equal((await ask(running, 'GET', '/api/records')).status, 200, 'and the mock lives on');
});

t.test('curl', async (t) => {
  const { env, mock } = await impersonating(t);
  const { stdout } = await run('bash', [await written(t, 'impersonated.sh')], { env });
  t.equal(stdout, '[]');
  const url = `${mock.url}/api/records`;
  const resolve = `zenodo.org:${env['PORT']}:127.0.0.1`;
  const trusting = ['-s', '--cacert', mock.certificate ?? '', '--resolve', resolve, url];
  t.match(JSON.parse((await run('curl', trusting, { env })).stdout), { hits: { total: 0 } });
  await t.rejects(run('curl', ['-s', '--resolve', resolve, url], { env }), 'not without trust');
});

t.test('Node, with https://zenodo.org wired in', async (t) => {
  const { env, mock, certificate } = await impersonating(t);
  const { id } = await seeded(mock);
  const hook = await written(t, 'zenodo-is-here.mjs');
  const client = join(dirname(hook), 'client.mjs');
  await writeFile(
    client,
    `import https from 'node:https';
const record = await (await fetch('https://zenodo.org/api/records/${id}')).json();
const file = await fetch(record.files[0].links.self);
process.stdout.write(record.files[0].links.self + '\\n' + (await file.text()));
https.get('https://sandbox.zenodo.org/api/records/${id}', (answer) => {
  process.stdout.write(String(answer.statusCode));
  answer.resume();
});`,
  );
  const trusting = { ...env, NODE_EXTRA_CA_CERTS: certificate };
  const { stdout } = await run(process.execPath, ['--import', hook, client], { env: trusting });
  const url = `https://zenodo.org/api/records/${id}/files/radium.csv/content`;
  t.equal(stdout, `${url}\nday,mg\n1,0.1\n200`);
  await t.rejects(run(process.execPath, ['--import', hook, client], { env }), 'not without trust');
});

const lackOfRequests = await lackOfPython('python3-requests');
const lackOfPooch = await lackOfPython('python3-pooch');

t.test("Python's requests", { skip: lackOfRequests }, async (t) => {
  const { env, mock, certificate } = await impersonating(t);
  const { id } = await seeded(mock);
  const PYTHONPATH = dirname(await written(t, 'sitecustomize.py'));
  const script = `import requests; print(requests.get("https://zenodo.org/api/records/${id}").json()["title"])`;
  const python = { ...env, PYTHONPATH, PYTHONDONTWRITEBYTECODE: '1' };
  const options = { env: { ...python, REQUESTS_CA_BUNDLE: certificate }, timeout: 30_000 };
  t.equal((await run(PYTHON, ['-c', script], options)).stdout, 'Radium\n');
  await t.rejects(run(PYTHON, ['-c', script], { env: python, timeout: 30_000 }), 'not without trust');
});

/** What doi.org is to a client: a host of its own that sends DOIs of Zenodo's on to Zenodo. */
async function doiResolver(t: Test): Promise<{ port: number; cert: string }> {
  const { key, cert } = await makeCertificate(['doi.org']);
  const server = createServer({ key, cert }, (request, response) => {
    response.writeHead(302, { location: `https://zenodo.org/doi${request.url}` }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  return { port: (server.address() as AddressInfo).port, cert };
}

t.test(
  "Python's pooch, unchanged, downloads a published file by DOI and by URL",
  { skip: lackOfPooch },
  async (t) => {
    const { env, mock, certificate } = await impersonating(t);
    const { id, md5 } = await seeded(mock);
    const resolver = await doiResolver(t);
    const PYTHONPATH = dirname(await written(t, 'sitecustomize.py'));
    const bundle = join(PYTHONPATH, 'both.pem');
    await writeFile(bundle, `${await readFile(certificate, 'utf8')}${resolver.cert}`);
    const client = fileURLToPath(new URL('pooch_client.py', import.meta.url));
    const python = { ...env, PYTHONPATH, PYTHONDONTWRITEBYTECODE: '1', REQUESTS_CA_BUNDLE: bundle };
    const args = [client, `10.5281/zenodo.${id}`, String(id), 'radium.csv', md5, PYTHONPATH];
    const options = { env: { ...python, DOI_PORT: String(resolver.port) }, timeout: 30_000 };
    const { stdout } = await run(PYTHON, args, options);
    t.equal(stdout, 'day,mg\n1,0.1\n'.repeat(2));
    const asked = mock.requests.list({ method: 'GET' }).map(({ path }) => path);
    t.equal(asked[0], `/doi/10.5281/zenodo.${id}`, 'the DOI led here');
    t.ok(asked.includes(`/api/records/${id}`), 'it looked the file up in the record');
  },
);

t.test('the command names the URL first and the certificate on standard error, and removes it', async (t) => {
  const cli = fileURLToPath(new URL('../cli.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import=tsx', cli, '--impersonate'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill());
  const said = createInterface({ input: child.stderr });
  const lines: string[] = [];
  said.on('line', (line) => lines.push(line));
  const signal = AbortSignal.timeout(30_000);
  const [url] = await once(createInterface({ input: child.stdout }), 'line', { signal });
  t.match(url, /^https:\/\/zenodo\.org:\d+$/);
  while (!lines.some((line) => line.includes('certificate'))) await once(said, 'line', { signal });
  const path = /certificate\s+(\S+)/.exec(lines.join('\n'))?.[1] ?? '';
  t.match(await readFile(path, 'utf8'), /BEGIN CERTIFICATE/);
  child.kill('SIGTERM');
  if (child.exitCode === null) await once(child, 'exit', { signal });
  await t.rejects(access(path));
});
