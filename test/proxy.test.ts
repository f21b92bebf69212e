import { once } from 'node:events';
import { createServer, request as forward } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import t from 'tap';
import { startMockZenodo } from '../mock-zenodo/index.js';
import { authorize, verify } from './consent.js';
import { createTestDatabase } from './database.js';
import { startReplica } from './replica.js';

/** A forward proxy that notes which hosts it was asked for. */
async function startProxy(t: { teardown(work: () => unknown): unknown }) {
  const asked: string[] = [];
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
    const [host = '', port = '0'] = (request.url ?? '').split(':');
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    for (const end of [socket, onward]) end.on('error', () => [socket, onward].map((each) => each.destroy()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

t.test('the proxy of the environment holds for every call to Zenodo, tokens too', async (t) => {
  const mock = await startMockZenodo({});
  t.teardown(() => mock.close());
  const database = await createTestDatabase();
  t.teardown(() => database.drop());
  const proxy = await startProxy(t);
  const env = {
    NODE_ENV: 'test',
    DATABASE_URL: database.url,
    ZENODO_URL: mock.url,
    ZENODO_CLIENT_ID: 'mock-client',
    ZENODO_CLIENT_SECRET: 'mock-secret',
    TOKEN_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
    STAGING_DIR: t.testdir(),
    HTTP_PROXY: proxy.url,
  };
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
