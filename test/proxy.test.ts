import { createServer, request as forward } from 'node:http';
import { connect } from 'node:net';
import t from 'tap';
import { authorize, CALLBACK, call, verify } from './consent.js';
import { startReplica } from './replica.js';
import { startSurroundings } from './service.js';
import { listen, type Teardown } from './teardown.js';
import { md5, noise, put, stored, TOKEN } from './uploads.js';

/**
 * A forward proxy that notes which hosts it was asked for; with `leadsTo` it connects to that
 * address, whatever the name.
 */
async function startProxy(t: Teardown, leadsTo?: string) {
  const asked: string[] = [];
  let bytes = 0;
  const server = createServer((request, response) => {
    const target = new URL(request.url ?? '');
    asked.push(target.host);
    const onward = forward(
      target,
      { method: request.method ?? 'GET', headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    request.pipe(onward);
  });
  server.on('connect', (request, socket, head) => {
    asked.push(request.url ?? '');
    const [host = '', port = '0'] = (leadsTo ?? request.url ?? '').split(':');
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    for (const end of [socket, onward]) end.on('error', () => [socket, onward].map((each) => each.destroy()));
  });
  const url = await listen(t, server);
  return { url, asked, tunnelled: () => bytes };
}

t.test('the proxy of the environment holds for every call to Zenodo, tokens too', async (t) => {
  const proxy = await startProxy(t);
  const { mock, env } = await startSurroundings(t, { env: { LOG_LEVEL: 'info', HTTP_PROXY: proxy.url } });
  const through = await startReplica(t, env);
  const granted = await authorize(through.url);
  t.equal(granted.status, 200);
  t.equal(
    (await verify(through.url, granted.body['deposition_id'], granted.body['access_token'])).status,
    200,
  );
  const calls = mock.requests.list().filter(({ path }) => !path.startsWith('/oauth/authorize'));
  t.ok(calls.some(({ path }) => path === '/oauth/token'));
  t.ok(proxy.asked.length >= 2, 'the token endpoint and the API');
  t.same([...new Set(proxy.asked)], [new URL(mock.url).host]);
  await through.kill('SIGTERM');

  const before = proxy.asked.length;
  const around = await startReplica(t, { ...env, NO_PROXY: '127.0.0.1' });
  t.equal((await authorize(around.url)).status, 200);
  t.equal(proxy.asked.length, before, 'NO_PROXY goes around it');
});

t.test('https goes through CONNECT: short calls, tokens, uploads', async (t) => {
  const { mock, env } = await startSurroundings(t, {
    env: { LOG_LEVEL: 'info' },
    mock: { impersonate: true },
  });
  const proxy = await startProxy(t, new URL(mock.address).host);
  const service = await startReplica(t, {
    ...env,
    HTTPS_PROXY: proxy.url,
    NODE_EXTRA_CA_CERTS: mock.certificate ?? '',
  });
  const made = await call(`${service.url}/depositions`, { json: {}, token: TOKEN });
  t.match(made, { status: 201 });
  const id = Number(made.body['deposition_id']);
  const bytes = noise(3_000_000);
  t.match(await put(service.url, id, 'through.bin', bytes), { status: 200 });
  t.same(stored(mock, id), { 'through.bin': md5(bytes) });
  const begun = await call(`${service.url}/oauth/authorize`, {
    json: { container_id: 'c', django_callback_url: CALLBACK },
  });
  const { state } = begun.body;
  t.match(
    await call(`${service.url}/oauth/callback`, {
      json: { code: 'never-given', state, django_callback_url: CALLBACK },
    }),
    { status: 400, body: { code: 'code_refused' } },
    'the token endpoint answers',
  );
  t.same(
    [...new Set(proxy.asked)],
    [new URL(mock.url).host],
    'by name, which is resolved by the proxy alone',
  );
  t.ok(proxy.tunnelled() > bytes.length, 'all bytes went that way');
  const paths = mock.requests.list().map(({ path }) => path.split('?')[0]);
  t.ok(paths.includes('/oauth/token'));
});
