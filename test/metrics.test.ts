import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { startService } from './service.js';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

t.test('metrics are on a port of their own and name routes, not people', async (t) => {
  const port = await freePort();
  const { url } = await startService(t, { env: { METRICS_PORT: String(port) } });
  const token = 'a-personal-token-that-nobody-gave';
  await fetch(`${url}/depositions/4711?access_token=${token}`);
  await fetch(`${url}/healthz`);
  t.equal((await fetch(`${url}/metrics`)).status, 404, 'not where strangers are');

  const read = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  let text = await read();
  for (let left = 40; left > 0 && !text.includes('route="/healthz"'); left -= 1) {
    await sleep(50);
    text = await read();
  }
  t.match(text, /zenodo_service_request_seconds_count\{route="\/healthz",method="GET",status="200"\} 1/);
  t.match(
    text,
    /zenodo_service_request_seconds_count\{route="\/depositions\/:id",method="GET",status="401"\} 1/,
  );
  t.match(text, /zenodo_service_zenodo_calls_total\{method="GET",outcome="403"\} [1-9]/);
  t.match(text, /nodejs_eventloop_lag_seconds/);
  t.notMatch(text, new RegExp(`${token}|4711`));
  t.equal((await fetch(`http://127.0.0.1:${port}/else`)).status, 404);
});
