import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { request } from 'undici';
import { type RawRequest, rawRequests } from './raw-requests.js';
import { startReceiver } from './receiver.js';
import { startService } from './service.js';
import { announce } from './tus-caller.js';
import { connect as connectUser, newLink } from './upload-links.js';

/**
 * `RAW_MINUTES=10 RAW_SEED=7 npm test -- test/raw-requests.test.ts` goes on for longer, with other
 * requests.
 */
const MINUTES = Number(process.env['RAW_MINUTES'] ?? 0);
const SEED = Number(process.env['RAW_SEED'] ?? 20_261_129);

/** Requests, and how many of them at once. */
const COUNT = 500;
const AT_ONCE = 60;

/**
 * A connection on which nothing is said for so long, or no more after something was, is closed by
 * its sender. Milliseconds.
 */
const SILENCE = 1500;
const PAUSE = 100;

t.test('a tunnel is asked for, and its connection reset', async (t) => {
  const { url } = await startService(t);
  const port = Number(new URL(url).port);
  const pieces = [Buffer.from('CONNECT service:443 HTTP/1.1\r\nhost: service\r\n\r\n')];
  await Promise.all(Array.from({ length: 50 }, () => exchange(port, { pieces, ending: 'reset' })));
  t.equal((await fetch(`${url}/healthz`)).status, 200);
});

t.test('the answer to what is refused before its end is not lost on its way', async (t) => {
  const { url } = await startService(t);
  const port = Number(new URL(url).port);
  for (const text of [
    `GET /${'a'.repeat(400_000)} HTTP/1.1\r\nhost: x\r\n\r\n`,
    `GET / HTTP/1.1\r\nhost: x\r\nlong: ${'a'.repeat(400_000)}\r\n\r\n`,
    `no request\r\n${'a'.repeat(400_000)}`,
  ]) {
    const answers = await Promise.all(Array.from({ length: 20 }, () => answerTo(port, text)));
    t.same(new Set(answers), new Set(['HTTP/1.1 400']), text.slice(0, 20));
  }
});

/** The first bytes said to a sender who reads only when all is sent; or the error's code. */
async function answerTo(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').pause();
  let said = '';
  const ended = once(socket, 'end').then(
    () => said.slice(0, 12),
    ({ code }: NodeJS.ErrnoException) => code ?? '',
  );
  const half = text.length / 2;
  socket.write(text.slice(0, half));
  await sleep(300);
  await new Promise((done) => socket.write(text.slice(half), done));
  socket.setEncoding('latin1').on('data', (piece: string) => {
    said += piece;
  });
  socket.resume();
  return ended.finally(() => socket.destroy());
}

t.test('whatever comes over a socket is answered as a mistake of its sender’s, or not at all', async (t) => {
  const receiver = await startReceiver(t);
  const service = await startService(t, {
    env: {
      OPERATOR_PORT: '0',
      OPERATOR_KEY: 'correct horse battery staple',
      WEBHOOK_URL: receiver.url,
      WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 1).toString('base64')}`,
    },
  });
  const who = await connectUser(service.url, 'raw');
  const link = await newLink(service.url, who);
  const bearer = { authorization: `Bearer ${who.token}` };
  const piece = await announce(service.url, who.id, 4, { filename: 'a.txt' }, bearer);
  const upload = `/uploads/${piece.headers['upload-id']}`;
  const draft = `/depositions/${who.id}`;
  const file = new URL(piece.location).pathname;
  const next = rawRequests(SEED, {
    paths: [
      `${draft}/tus`,
      file,
      file,
      `${draft}/tus/${piece.headers['upload-id']}/complete`,
      `${draft}/upload-links`,
      `${draft}/upload-links/${link.id}`,
      '/upload-link',
      '/upload-link/plan',
      '/upload',
      '/events',
      upload,
      `${upload}/events`,
      `${draft}/files/a.txt`,
      `${draft}/files`,
      '/depositions',
      '/oauth/authorize',
      '/healthz',
      '/',
      '/login',
      '/uploads',
      '/metrics',
      '/connections',
      '/webhooks',
    ],
    secrets: [who.token, link.secret, 'mock-token', 'x', '', '\xff\0', 'a b', 'x'.repeat(5000)],
  });
  const operator = service.app.operatorAddress()?.port ?? 0;
  const ports = [Number(new URL(service.url).port), operator];
  const until = performance.now() + MINUTES * 60_000;
  let sent = 0;
  let answers = 0;
  let slowest = 0;
  const worker = async () => {
    while (sent < COUNT || performance.now() < until) {
      sent += 1;
      const bytes = next();
      const port = ports[sent % 4 === 0 ? 1 : 0] ?? 0;
      const said = await exchange(port, bytes);
      const statuses = [...said.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
      answers += statuses.length;
      if (statuses.some((status) => status >= 500))
        t.fail(`${JSON.stringify(Buffer.concat(bytes.pieces).toString('latin1'))} to ${port}: ${said}`);
    }
  };
  const watch = async () => {
    while (sent < COUNT || performance.now() < until) {
      const from = performance.now();
      // On a connection of its own: one that was idle may be closed just when it is used again.
      const { statusCode, body } = await request(`${service.url}/healthz`, { reset: true });
      await body.dump();
      if (statusCode !== 200) t.fail(`/healthz answers ${statusCode}`);
      slowest = Math.max(slowest, performance.now() - from);
      await sleep(500);
    }
  };
  await Promise.all([watch(), ...Array.from({ length: AT_ONCE }, worker)]);
  t.comment(`${sent} sent, ${answers} answers, /healthz took at most ${slowest.toFixed(0)} ms`);
  t.ok(answers > 20, `${answers} answers`);
});

/** Sends it, and answers all that is said until the other side closes, or says nothing any more. */
async function exchange(port: number, { pieces, ending }: RawRequest): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined);
  await once(socket, 'connect').catch(() => undefined);
  let said = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    said += text;
  });
  for (const piece of pieces) {
    if (socket.destroyed) break;
    socket.write(piece);
    if (pieces.length > 1) await sleep(1);
  }
  if (ending === 'reset') {
    await sleep(1);
    socket.resetAndDestroy();
  } else {
    if (ending === 'half') socket.end();
    const closed = new Promise<void>((done) => {
      socket.once('close', () => done());
      socket.once('end', () => done());
    });
    for (let before = -1; before !== said.length && !socket.destroyed; ) {
      before = said.length;
      await Promise.race([closed, sleep(said === '' ? SILENCE : PAUSE)]);
      if (socket.readableEnded) break;
    }
    socket.destroy();
  }
  return said;
}
