import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import { guardBody } from '../src/uploads/transfer/stall-guard.js';
import { startService } from './service.js';
import { eventually, newDraft, noise, put, TOKEN } from './uploads.js';

t.test('downloads hold up nobody but their readers', async (t) => {
  const { url, mock } = await startService(t, {
    dependencies: { transferTimings: { slowBody: 1000 } },
    mock: { rateLimit: '100000/min' },
  });
  const id = await newDraft(mock);
  const bytes = noise(20_000_000);
  t.equal((await put(url, id, 'big.bin', bytes)).status, 200);
  const fetched = { method: 'GET', path: '/api/files/:bucket/big.bin', running: true };
  const headers = { authorization: `Bearer ${TOKEN}` };
  const file = `${url}/depositions/${id}/files/big.bin`;
  const { port } = new URL(url);
  /** A reader that takes nothing of what it asked for. */
  const idle = () => {
    const socket = connect(Number(port), '127.0.0.1').pause();
    t.teardown(() => socket.destroy());
    socket.write(
      `GET /depositions/${id}/files/big.bin HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\n\r\n`,
    );
    return socket;
  };
  const running = () => mock.requests.list(fetched).filter((one) => one.running).length;

  await t.test('HEAD asks Zenodo for no byte', async (t) => {
    const answer = await fetch(file, { method: 'HEAD', headers });
    t.equal(answer.status, 200);
    t.equal(answer.headers.get('content-length'), String(bytes.length));
    t.same(mock.requests.list(fetched), []);
    t.equal((await fetch(`${file}x`, { method: 'HEAD', headers })).status, 404);
  });

  await t.test('a user has sixteen of them, and a reader that takes nothing is cut off', async (t) => {
    const readers = Array.from({ length: 17 }, idle);
    let most = 0;
    const allOver = () => {
      most = Math.max(most, running());
      return mock.requests.list(fetched).length >= 16 && running() === 0;
    };
    t.ok(await eventually(allOver, 120), 'all of them come to an end at Zenodo');
    t.equal(most, 16);
    for (const reader of readers.map((socket) => socket.resume())) {
      if (!reader.closed) await once(reader, 'close');
    }
    const whole = await fetch(file, { headers });
    t.equal((await whole.arrayBuffer()).byteLength, bytes.length, 'who reads gets all of it');
  });

  await t.test('a reader that is slower than the buffers of the kernel gets all of it', async (t) => {
    const reader = (await fetch(file, { headers })).body?.getReader();
    const began = performance.now();
    let taken = 0;
    for (;;) {
      const piece = await reader?.read();
      if (piece?.value === undefined) break;
      taken += piece.value.length;
      // About 600 kB a second at first: the kernel takes nothing for seconds, but not for five.
      const slow = performance.now() - began < 15_000;
      if (slow) await pause((taken / 600_000) * 1000 - (performance.now() - began));
    }
    t.equal(taken, bytes.length);
  });

  await t.test('a PUT that gets no connection counts as stalled', async (t) => {
    const context = { timings: { stall: 100, starve: 60_000 }, metrics: {} };
    const outgoing = { name: 'waits.bin', size: 1 };
    const { signal, stop } = guardBody(context as never, outgoing as never, new AbortController().signal);
    t.ok(await eventually(() => signal.aborted));
    t.match(signal.reason, { code: 'zenodo_timeout' });
    stop();
  });
});
