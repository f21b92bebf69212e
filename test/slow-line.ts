import { connect, createServer, type Socket } from 'node:net';
import { listen, type Teardown } from './teardown.js';

/**
 * A way to a server on which bytes go no faster than they are let: Chromium's own throttle lets
 * megabytes pass at once.
 */
interface SlowLine {
  url: string;
  /** Where it leads to: a URL. What is connected to another server is cut. */
  leadTo(target: string): void;
  /** Bytes a second towards the server, over all connections; null is as fast as it goes. */
  set(rate: number | null): void;
}

/** Milliseconds between two helpings. */
const TURN = 50;

export async function startSlowLine(t: Teardown): Promise<SlowLine> {
  let target = { hostname: '127.0.0.1', port: '0' };
  let rate: number | null = null;
  let allowed = 0;
  const pairs = new Set<[Socket, Socket]>();
  const helping = setInterval(() => {
    allowed =
      rate === null ? Number.POSITIVE_INFINITY : Math.max(0, Math.min(allowed, 0) + (rate * TURN) / 1000);
    if (allowed > 0) for (const [near] of pairs) near.resume();
  }, TURN);
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    const pair: [Socket, Socket] = [near, far];
    pairs.add(pair);
    near.on('data', (bytes: Buffer) => {
      far.write(bytes);
      allowed -= bytes.length;
      if (rate !== null && allowed <= 0) near.pause();
    });
    if (rate !== null && allowed <= 0) near.pause();
    far.pipe(near);
    for (const socket of pair) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        pairs.delete(pair);
        near.destroy();
        far.destroy();
      });
    }
  });
  const url = await listen(t, server);
  t.teardown(() => {
    clearInterval(helping);
    for (const sockets of pairs) for (const socket of sockets) socket.destroy();
  });
  return {
    url,
    leadTo(next) {
      target = new URL(next);
      for (const [near] of pairs) near.destroy();
    },
    set(next) {
      rate = next;
    },
  };
}
