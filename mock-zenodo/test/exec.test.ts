import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpServer, request as httpRequest } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { bundled } from '../../test/bundle.js';
import { freePort } from '../../test/free-port.js';
import { startProxy } from '../impersonate/proxy.js';
import { startMockZenodo } from '../index.js';

interface Ended {
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

/**
 * Runs the command as a shell would, and tells how it ended; `then` may act once it says something.
 */
async function command(args: string[], then: (pid: number) => void = () => {}): Promise<Ended> {
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...env } = process.env;
  const child = spawn(process.execPath, [await bundled('mock-zenodo/cli.js'), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
      if (name === 'stdout') then(child.pid ?? 0);
    });
  }
  const [code, signal] = await once(child, 'close', { signal: AbortSignal.timeout(60_000) }).finally(() => {
    child.stdout.destroy();
    child.stderr.destroy();
  });
  return { code, signal, ...said };
}

t.test('exec runs a command that finds the mock as zenodo.org, and hands on its exit code', async (t) => {
  const script =
    'curl -s "$MOCK_ZENODO_URL/api/deposit/depositions?access_token=$MOCK_ZENODO_TOKEN"; echo; exit 7';
  const ended = await command(['exec', '--', 'sh', '-c', script]);
  t.match(ended, { code: 7, signal: null, stdout: '[]\n', stderr: '' });
});

t.test('with --strict a call that Zenodo has no route for fails a command that succeeded', async (t) => {
  const call = (path: string, code: number) => [
    'sh',
    '-c',
    `curl -s -o /dev/null "$MOCK_ZENODO_URL${path}"; exit ${code}`,
  ];
  const stderr = /Zenodo has no route for:\n {2}GET \/api\/recordz/;
  t.match(await command(['exec', '--strict', '--', ...call('/api/recordz', 0)]), { code: 1, stderr });
  t.match(await command(['exec', '--strict', '--', ...call('/api/recordz', 7)]), { code: 7, stderr });
  t.match(await command(['exec', '--strict', '--', ...call('/api/records', 0)]), { code: 0, stderr: '' });
  t.match(await command(['exec', '--', ...call('/api/recordz', 0)]), { code: 0, stderr });
  const reset = 'curl -s -X POST "$MOCK_ZENODO_URL/_mock/reset"';
  const before = ['sh', '-c', `curl -s -o /dev/null "$MOCK_ZENODO_URL/api/recordz"; ${reset}`];
  t.match(await command(['exec', '--strict', '--', ...before]), { code: 1, stderr }, 'also before a reset');
  const onlyThere = await command(['exec', '--strict', '--', ...call('/api/records/1/access/links', 0)]);
  t.match(onlyThere, {
    code: 0,
    stderr: /the mock does not imitate:\n {2}GET \/api\/records\/1\/access\/links/,
  });
  t.match(await command(['exec', '--strict', '--', ...call('/oai2d?verb=Identify', 0)]), {
    code: 0,
    stderr: '',
  });
  t.match(await command(['--strict']), { code: 2, stderr: /--strict needs exec, such as: / });
  const late = await command(['--strict', 'exec', '--', 'true']);
  t.match(late, { code: 2, stderr: /^exec must come first: / });
});

t.test("the options before the command are its own, those behind it the command's", async (t) => {
  const ended = await command([
    'exec',
    '--sandbox',
    'sh',
    '-c',
    'echo $MOCK_ZENODO_URL "$@"',
    'sh',
    '--port',
    'x',
  ]);
  t.match(ended, { code: 0, stdout: 'https://sandbox.zenodo.org --port x\n' });
});

/** Each asks as other clients do, and prints a line. */
const ASK = [
  `curl -s -o /dev/null -w '%{http_code}\\n' "$MOCK_ZENODO_URL/_mock/clock"`,
  `node -e 'const at = process.env.MOCK_ZENODO_URL + "/api/records";
fetch(at).then((answer) => answer.json()).then(({ links }) => console.log(links.self));'`,
  `python3 -c 'import os, urllib.request
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
print(opener.open(os.environ["MOCK_ZENODO_URL"] + "/api/records").status)'`,
];
const port = String(await freePort());
for (const [options, url] of [
  [['--host', '127.0.0.5'], 'https://zenodo.org'],
  [['--host', '0.0.0.0'], 'https://zenodo.org'],
  [['--host', 'localhost'], 'https://zenodo.org'],
  [['--public-url', 'https://Repository.example/'], 'https://repository.example'],
  [['--public-url', 'https://repository.example:8443', '--sandbox'], 'https://repository.example:8443'],
  [['--public-url', 'http://repository.example', '--host', '127.0.0.5'], 'http://repository.example'],
  [['--public-url', 'http://repository.example:4000'], 'http://repository.example:4000'],
  [
    ['--public-url', `http://repository.example:${port}`, '--port', port],
    `http://repository.example:${port}`,
  ],
] as const) {
  t.test(`exec ${options.join(' ')}: the command finds the mock, and its links lead there`, async (t) => {
    const ended = await command(['exec', ...options, '--', 'sh', '-c', ASK.join('\n')]);
    t.match(ended, { code: 0, stderr: '' });
    const [control, link, status] = ended.stdout.split('\n');
    t.strictSame([control, link?.replace(/\?.*/, ''), status], ['200', `${url}/api/records`, '200']);
  });
}

t.test('the command is told a control token that was an option', async (t) => {
  const script = `curl -s -o /dev/null -w '%{http_code}' -H "X-Control-Token: $MOCK_ZENODO_CONTROL_TOKEN" "$MOCK_ZENODO_URL/_mock/clock"`;
  const ended = await command(['exec', '--control-token', 'let-me-in', '--', 'sh', '-c', script]);
  t.match(ended, { code: 0, stdout: '200' });
});

t.test('a public URL that programs reach without a proxy is refused by exec', async (t) => {
  for (const url of ['http://localhost:4000', 'https://127.0.0.1', 'https://[::1]:1']) {
    t.match(await command(['exec', '--public-url', url, '--', 'true']), {
      code: 2,
      stderr: /^--public-url \(MOCK_ZENODO_PUBLIC_URL\) must have a host name with exec/,
    });
  }
  t.match(await command(['--public-url', 'https://a:99999']), { code: 2, stderr: /is not a URL/ });
});

t.test('a signal that ends the command ends exec too; one to exec goes to the command', async (t) => {
  t.match(await command(['exec', '--', 'sh', '-c', 'kill -KILL $$']), { code: null, signal: 'SIGKILL' });
  const patient = "trap 'echo stopped; exit 3' TERM; echo ready; while :; do sleep 0.1; done";
  let told = false;
  const ended = await command(['exec', '--', 'sh', '-c', patient], (pid) => {
    if (!told) process.kill(pid, 'SIGTERM');
    told = true;
  });
  t.match(ended, { code: 3, stdout: 'ready\nstopped\n' });
});

t.test('a command that is not there is 127, no command a wrong use', async (t) => {
  t.match(await command(['exec', '--', 'no-such-command']), {
    code: 127,
    stderr: /no-such-command: command not found/,
  });
  t.match(await command(['exec']), { code: 2, stderr: /exec needs a command/ });
  t.match(await command(['exec', '--prot', '1', '--', 'true']), {
    code: 2,
    stderr: /--prot is not an option/,
  });
});

t.test('a port that is taken is told with what to do', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const ended = await command(['--port', String(port)]);
  t.match(ended, { code: 1, stderr: /^Port \d+ of 127\.0\.0\.1 is taken.*--port/ });
});

t.test('without impersonate there is no environment to give', async (t) => {
  const mock = await startMockZenodo();
  t.teardown(() => mock.close());
  await t.rejects(mock.environment(), /impersonate/);
});

/** One CONNECT through a proxy: its status line, and what the target says after a line. */
async function tunnelled(port: number, target: string, line: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);
  let text = '';
  socket.on('data', (chunk: string) => {
    if (text === '' && chunk.includes(' 200 ')) socket.write(line);
    text += chunk;
    if (text.includes(line)) socket.end();
  });
  await once(socket, 'close');
  return text;
}

/** Sets the proxies of this process for one test. */
function proxies(t: Test, values: Record<string, string>): void {
  const before = { ...process.env };
  for (const name of Object.keys(process.env))
    if (/^(https?|no|all)_proxy$/i.test(name)) delete process.env[name];
  Object.assign(process.env, values);
  t.teardown(() => {
    for (const name of Object.keys(values)) delete process.env[name];
    Object.assign(process.env, before);
  });
}

t.test('the proxy leads other hosts where they would have gone', async (t) => {
  const echo = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const target = `127.0.0.1:${(echo.address() as AddressInfo).port}`;
  const proxy = await startProxy({ host: '127.0.0.1', port: 1, certificate: '' });
  t.teardown(async () => {
    echo.close();
    await proxy.close();
  });
  proxies(t, {});
  t.match(await tunnelled(proxy.port, target, 'hello'), /200 Connection Established\r\n\r\nhello$/);
  t.match(await tunnelled(proxy.port, 'zenodo.org:443', 'x'), /^HTTP\/1\.1 502 /, 'nothing listens there');
  t.match(await tunnelled(proxy.port, 'no host', 'x'), /^HTTP\/1\.1 400 /);

  const asked: string[] = [];
  const outer = createHttpServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.end('from outside');
  });
  outer.on('connect', (request, client) => {
    asked.push(`CONNECT ${request.url} ${request.headers['proxy-authorization']}`);
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    const onward = connect((echo.address() as AddressInfo).port, '127.0.0.1');
    client.pipe(onward).pipe(client);
  });
  outer.listen(0, '127.0.0.1');
  await once(outer, 'listening');
  t.teardown(() => outer.closeAllConnections());
  t.teardown(() => outer.close());
  const address = `http://ann:s%40crt@127.0.0.1:${(outer.address() as AddressInfo).port}`;
  proxies(t, { https_proxy: address, http_proxy: address });
  t.match(await tunnelled(proxy.port, 'elsewhere.example:443', 'hello'), /200 .*hello$/s);
  t.equal(asked[0], `CONNECT elsewhere.example:443 Basic ${Buffer.from('ann:s@crt').toString('base64')}`);

  const plain = httpRequest({ host: '127.0.0.1', port: proxy.port, path: 'http://elsewhere.example/x?y=1' });
  plain.end();
  const [answer] = await once(plain, 'response');
  let text = '';
  for await (const chunk of answer) text += chunk;
  t.equal(text, 'from outside');
  t.equal(asked[1], 'GET http://elsewhere.example/x?y=1');
});

t.test('clients that name the whole HTTPS address to a proxy, as axios does, reach the mock', async (t) => {
  const mock = await startMockZenodo({ impersonate: true });
  t.teardown(() => mock.close());
  const { HTTPS_PROXY = '' } = await mock.environment({});
  const { port } = new URL(HTTPS_PROXY);
  const status = async (path: string, headers = {}) => {
    const sent = httpRequest({ host: '127.0.0.1', port, path, headers, agent: false });
    sent.end();
    const [answer] = await once(sent, 'response');
    answer.resume();
    return answer.statusCode;
  };
  t.equal(await status('https://zenodo.org/api/records'), 200);
  t.equal(await status('http://zenodo.org/api/records'), 301);
  t.equal(await status('/'), 400, 'the proxy itself is no site');
});

t.test('an answer that breaks off breaks off for clients of the proxy too', async (t) => {
  const mock = await startMockZenodo({ impersonate: true });
  t.teardown(() => mock.close());
  const { HTTPS_PROXY = '' } = await mock.environment({});
  mock.faults.add({ path: '/api/records', reset: 'response', atBytes: 10 });
  const sent = httpRequest({
    host: '127.0.0.1',
    port: new URL(HTTPS_PROXY).port,
    path: 'https://zenodo.org/api/records',
    agent: false,
    signal: AbortSignal.timeout(30_000),
  });
  sent.end();
  const [answer] = await once(sent, 'response');
  await t.rejects(text(answer), { code: 'ECONNRESET' });
});
