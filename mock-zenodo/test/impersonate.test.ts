import { execFile, spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { access, readFile, writeFile } from 'node:fs/promises';
import { request as plainRequest } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { lackOfProgram, lackOfPython, PYTHON } from '../../test/debian.js';
import { compiled } from '../../test/process.js';
import { type MockZenodo, type Options, startMockZenodo } from '../index.js';

const run = promisify(execFile);

interface Running {
  mock: MockZenodo;
  certificate: string;
  port: number;
}

async function impersonating(t: Test, options: Partial<Options> = {}): Promise<Running> {
  const mock = await startMockZenodo({ impersonate: true, ...options });
  t.teardown(() => mock.close());
  const certificate = mock.certificate ?? '';
  return { mock, certificate, port: Number(new URL(mock.url).port) };
}

/** One HTTPS request to the mock that trusts its certificate, under any name. */
async function ask(
  { certificate, port }: Running,
  method: string,
  path: string,
  { host = 'zenodo.org', json, headers: more }: { host?: string; json?: object; headers?: object } = {},
): Promise<{ status: number; text: string; location: string | undefined; cookies: string[] }> {
  const own = { host, authorization: 'Bearer mock-token', 'content-type': 'application/json' };
  const headers = { ...own, ...more };
  const options = { host: '127.0.0.1', port, servername: 'zenodo.org', agent: false };
  const sent = request({ ...options, method, path, headers, ca: await readFile(certificate) });
  sent.end(json === undefined ? undefined : JSON.stringify(json));
  const [answer] = await once(sent, 'response', { signal: AbortSignal.timeout(90_000) });
  let text = '';
  for await (const chunk of answer) text += chunk;
  const { location, 'set-cookie': cookies = [] } = answer.headers;
  return { status: answer.statusCode, text, location, cookies };
}

const seeded = async (mock: MockZenodo): Promise<{ id: number; md5: string }> => {
  const metadata = { title: 'Radium', upload_type: 'dataset', creators: [{ name: 'Curie, Marie' }] };
  const files = [{ name: 'radium.csv', content: 'day,mg\n1,0.1\n' }];
  const { depositions } = await mock.seed({ depositions: [{ metadata, files, state: 'published' }] });
  return { id: depositions[0]?.id ?? 0, md5: depositions[0]?.files[0]?.md5 ?? '' };
};

t.test('the certificate is a leaf for its names and seven days, and nothing else is on disk', async (t) => {
  const { mock, certificate } = await impersonating(t);
  const pem = await readFile(certificate, 'utf8');
  t.equal(pem.match(/-----BEGIN [A-Z ]+-----/g)?.join(), '-----BEGIN CERTIFICATE-----', 'no key beside it');
  const parsed = new X509Certificate(pem);
  t.equal(parsed.ca, false);
  const names = ['zenodo.org', 'sandbox.zenodo.org', 'www.zenodo.org', 'developers.zenodo.org'];
  const all = [...names, 'doi.org', 'www.doi.org', 'dx.doi.org'];
  t.equal(parsed.subjectAltName, all.map((name) => `DNS:${name}`).join(', '));
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

t.test('over TLS, the cookie against forgery is secure, and the Referer counts', async (t) => {
  const running = await impersonating(t);
  const path = '/api/deposit/depositions';
  const { cookies } = await ask(running, 'POST', path, {
    json: {},
    headers: { authorization: 'Bearer dead' },
  });
  t.match(cookies, [/^csrftoken=.*; Secure; /]);
  const token = cookies[0]?.split(/[=;]/)[1] ?? '';
  const sent = (more: object) =>
    ask(running, 'POST', path, {
      json: {},
      headers: { authorization: 'Bearer dead', cookie: `csrftoken=${token}`, 'x-csrftoken': token, ...more },
    });
  t.match(await sent({}), { status: 400, text: /Referer checking failed - no Referer/ });
  t.match(await sent({ referer: 'https://zenodo.org/uploads/new' }), { status: 403 });
});

t.test('faults that cut connections cut them over TLS too', async (t) => {
  const running = await impersonating(t);
  running.mock.faults.add({ drop: true });
  await t.rejects(ask(running, 'GET', '/api/records'));
  running.mock.faults.clear();
  t.equal((await ask(running, 'GET', '/api/records')).status, 200, 'and the mock lives on');
});

/** Variables for a client's process, on top of an environment that would lead past the mock. */
async function clientEnvironment(mock: MockZenodo): Promise<NodeJS.ProcessEnv> {
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...inherited } = process.env;
  const env = { ...inherited, NO_PROXY: '*', no_proxy: '*.org', PYTHONDONTWRITEBYTECODE: '1' };
  return { ...env, ...(await mock.environment(env)) };
}

t.test('curl', async (t) => {
  const { mock } = await impersonating(t);
  const { id } = await seeded(mock);
  const env = await clientEnvironment(mock);
  const curl = async (...args: string[]) => (await run('curl', ['-s', '-S', ...args], { env })).stdout;
  t.match(JSON.parse(await curl('https://zenodo.org/api/records')), { hits: { total: 1 } });
  t.equal(
    await curl(
      '-L',
      '-o',
      '/dev/null',
      '-w',
      '%{http_code} %{url_effective}',
      `http://doi.org/10.5281/zenodo.${id}`,
    ),
    `200 https://zenodo.org/records/${id}`,
  );
  const { CURL_CA_BUNDLE: _, SSL_CERT_FILE: __, ...without } = env;
  await t.rejects(
    run('curl', ['-s', 'https://zenodo.org/api/records'], { env: without }),
    'not without trust',
  );
});

t.test('the proxy outlives what no proxy can do', async (t) => {
  const { mock } = await impersonating(t);
  const proxy = new URL((await clientEnvironment(mock))['HTTPS_PROXY'] ?? '');
  const before = process.env['http_proxy'];
  // A password with a percent sign that encodes nothing, and a proxy that is not there.
  process.env['http_proxy'] = 'http://me:50%off@127.0.0.1:1';
  t.teardown(() => {
    if (before === undefined) delete process.env['http_proxy'];
    else process.env['http_proxy'] = before;
  });
  const through = async (path: string) => {
    const sent = plainRequest({ host: proxy.hostname, port: proxy.port, path, agent: false }).end();
    const [answer] = await once(sent, 'response', { signal: AbortSignal.timeout(90_000) });
    answer.resume();
    return answer.statusCode;
  };
  t.equal(await through('ftp://example.org/x'), 400);
  t.equal(await through('http://example.org/x'), 502);
  t.equal(await through('http://zenodo.org/x'), 301, 'and it still leads to the mock');
});

t.test('Node, with https://zenodo.org wired in', async (t) => {
  const { mock } = await impersonating(t);
  const { id } = await seeded(mock);
  const client = join(t.testdir(), 'client.mjs');
  await writeFile(
    client,
    `import https from 'node:https';
import net from 'node:net';
const record = await (await fetch('https://zenodo.org/api/records/${id}')).json();
const file = await fetch(record.files[0].links.self);
process.stdout.write(record.files[0].links.self + '\\n' + (await file.text()));
process.stdout.write((await fetch('http://doi.org/10.5281/zenodo.${id}')).url + '\\n');
https.get('https://sandbox.zenodo.org/api/records/${id}', (answer) => {
  process.stdout.write(String(answer.statusCode));
  answer.resume();
});
const socket = net.connect(80, 'ZENODO.org.', () => { process.stdout.write(''); socket.end(); });`,
  );
  const env = await clientEnvironment(mock);
  const { stdout } = await run(process.execPath, [client], { env, timeout: 30_000 });
  const url = `https://zenodo.org/api/records/${id}/files/radium.csv/content`;
  t.equal(stdout, `${url}\nday,mg\n1,0.1\nhttps://zenodo.org/records/${id}\n200`);
  const { NODE_EXTRA_CA_CERTS: _, ...without } = env;
  await t.rejects(run(process.execPath, [client], { env: without }), 'not without trust');
});

const PYTHON_CLIENTS: Record<string, string> = {
  urllib: 'import urllib.request; print(urllib.request.urlopen(URL).status)',
  requests: 'import requests; print(requests.get(URL).status_code)',
  urllib3: 'import urllib3; print(urllib3.PoolManager().request("GET", URL).status)',
  httpx: 'import httpx; print(httpx.get(URL, follow_redirects=True).status_code)',
  aiohttp: `import aiohttp, asyncio
async def main():
    async with aiohttp.ClientSession() as session, session.get(URL) as answer:
        print(answer.status)
asyncio.run(main())`,
};
for (const [name, script] of Object.entries(PYTHON_CLIENTS)) {
  const skip = name === 'urllib' ? false : await lackOfPython(`python3-${name}`);
  t.test(`Python's ${name}`, { skip }, async (t) => {
    const { mock } = await impersonating(t);
    const env = await clientEnvironment(mock);
    const options = { env, timeout: 60_000 };
    for (const url of ['https://zenodo.org/api/records', 'http://sandbox.zenodo.org/api/records']) {
      const { stdout } = await run(PYTHON, ['-c', `URL = "${url}"\n${script}`], options);
      t.equal(stdout, '200\n', url);
    }
    t.equal(mock.requests.list({ path: '/api/records', status: 200 }).length, 2);
  });
}

t.test('a sitecustomize that was there before runs too', async (t) => {
  const { mock } = await impersonating(t);
  const PYTHONPATH = t.testdir({ 'sitecustomize.py': 'print("mine")\n' });
  const env = { ...process.env, PYTHONPATH };
  const variables = await mock.environment(env);
  const { stdout } = await run(PYTHON, ['-c', 'pass'], { env: { ...env, ...variables } });
  t.equal(stdout, 'mine\n');
});

/** Prints the status that Java's two clients are answered. */
const JAVA = `import java.net.*;
import java.net.http.*;

public class Client {
  public static void main(String[] args) throws Exception {
    URI uri = URI.create("https://zenodo.org/api/records");
    HttpRequest request = HttpRequest.newBuilder(uri).build();
    HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    System.out.println(answer.statusCode() + " " + ((HttpURLConnection) uri.toURL().openConnection()).getResponseCode());
  }
}
`;

t.test(
  "Java's clients",
  { skip: await lackOfProgram('/usr/bin/javac', 'default-jdk-headless') },
  async (t) => {
    const { mock } = await impersonating(t);
    const folder = t.testdir({ 'Client.java': JAVA });
    const env = await clientEnvironment(mock);
    const { stdout } = await run('/usr/bin/java', [join(folder, 'Client.java')], { env, timeout: 120_000 });
    t.equal(stdout, '200 200\n');
  },
);

t.test('R', { skip: await lackOfProgram('/usr/bin/Rscript', 'r-base-core') }, async (t) => {
  const { mock } = await impersonating(t);
  const script = `path <- tempfile()
download.file("https://zenodo.org/api/records", path, quiet = TRUE)
cat(grepl("hits", readLines(path, warn = FALSE)), grepl("hits", readLines("https://zenodo.org/api/records", warn = FALSE)))`;
  const env = await clientEnvironment(mock);
  t.equal((await run('/usr/bin/Rscript', ['-e', script], { env, timeout: 120_000 })).stdout, 'TRUE TRUE');
});

const lackOfPooch = await lackOfPython('python3-pooch');

t.test(
  "Python's pooch, unchanged, downloads a published file by DOI and by URL",
  { skip: lackOfPooch },
  async (t) => {
    const { mock } = await impersonating(t);
    const { id, md5 } = await seeded(mock);
    const client = fileURLToPath(new URL('pooch_client.py', import.meta.url));
    const args = [client, `10.5281/zenodo.${id}`, String(id), 'radium.csv', md5, t.testdir()];
    const { stdout } = await run(PYTHON, args, { env: await clientEnvironment(mock), timeout: 60_000 });
    t.equal(stdout, 'day,mg\n1,0.1\n'.repeat(2));
    const asked = mock.requests.list({ method: 'GET' }).map(({ path }) => path);
    t.equal(asked[0], `/10.5281/zenodo.${id}`, 'doi.org is asked');
    t.equal(asked[1], `/doi/10.5281/zenodo.${id}`, 'the DOI led here');
    t.ok(asked.includes(`/api/records/${id}`), 'it looked the file up in the record');
  },
);

t.test('the sites around Zenodo redirect as the real ones do', async (t) => {
  const running = await impersonating(t);
  const { id } = await seeded(running.mock);
  const at = async (host: string, path: string) => {
    const { status, location } = await ask(running, 'GET', path, { host });
    return `${status} ${location}`;
  };
  t.equal(await at('www.zenodo.org', '/records/1?x=1'), '301 https://zenodo.org/records/1?x=1');
  t.equal(await at('www.zenodo.org', '/'), '301 https://zenodo.org/');
  const doi = `10.5281/zenodo.${id}`;
  for (const host of ['doi.org', 'dx.doi.org', 'www.doi.org', 'DOI.ORG.']) {
    t.equal(await at(host, `/${doi}`), `302 https://zenodo.org/doi/${doi}`, host);
  }
  t.equal(
    await at('doi.org', `/doi:${doi.toUpperCase()}`),
    `302 https://zenodo.org/doi/${doi.toUpperCase()}`,
  );
  t.equal(await at('doi.org', `/${doi.replace('/', '%2F')}`), `302 https://zenodo.org/doi/${doi}`);
  t.equal(
    await at('doi.org', `/10.5281/zenodo.${id - 1}`),
    `302 https://zenodo.org/doi/10.5281/zenodo.${id - 1}`,
    'concept',
  );
  t.equal(await at('doi.org', '/10.1234/nowhere'), '404 undefined');
  const handle = await ask(running, 'GET', `/api/handles/${doi}`, { host: 'doi.org' });
  t.match(JSON.parse(handle.text), {
    responseCode: 1,
    values: [{ data: { value: `https://zenodo.org/doi/${doi}` } }],
  });
  t.equal(await at('developers.zenodo.org', '/'), '200 undefined');
  t.equal(await at('developers.zenodo.org', '/api/records'), '404 undefined');

  const sandbox = await impersonating(t, { sandbox: true });
  const made = await seeded(sandbox.mock);
  const answer = await ask(sandbox, 'GET', `/10.5072/zenodo.${made.id}`, { host: 'doi.org' });
  t.equal(answer.status, 404, 'DOIs of the sandbox are not registered');
});

t.test('the command names the URL first and the certificate on standard error, and removes it', async (t) => {
  const child = spawn(process.execPath, [...compiled('mock-zenodo/cli.ts'), '--impersonate'], {
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
