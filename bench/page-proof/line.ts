import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Milliseconds between two portions. */
const TURN = 20;

/**
 * A line with a fixed rate between a browser and a server. It can be cut as a cable is cut: neither
 * end is told.
 */
export interface Line {
  url: string;
  /** Bytes that the browser has sent over all connections. */
  sent(): number;
  cut(): void;
  /**
   * Lets new connections through again. The browser loses the earlier ones. For the server, they
   * stay open and silent.
   */
  restore(): void;
  close(): void;
}

/** `rate` is in bytes per second towards the server. */
export async function startLine(target: string, rate: number): Promise<Line> {
  const { hostname, port } = new URL(target);
  const ends = new Map<Socket, Socket | null>();
  const halfOpen = new Set<Socket>();
  let sent = 0;
  let allowed = 0;
  let whole = true;
  const server = createServer((near) => {
    near.on('error', () => undefined);
    near.on('close', () => ends.delete(near));
    ends.set(near, null);
    if (!whole) return;
    const far = connect(Number(port), hostname);
    ends.set(near, far);
    // If one end cannot accept more, the other end waits.
    near.on('data', (bytes: Buffer) => {
      sent += bytes.length;
      allowed -= bytes.length;
      if (!far.write(bytes) || allowed <= 0) near.pause();
    });
    far.on('data', (bytes: Buffer) => {
      if (!near.write(bytes)) far.pause();
    });
    near.on('drain', () => whole && far.resume());
    near.on('close', () => {
      if (!halfOpen.has(far)) far.destroy();
    });
    far.on('error', () => undefined);
    far.on('close', () => {
      if (whole) near.destroy();
    });
  });
  const helping = setInterval(() => {
    allowed = Math.min(allowed, 0) + (rate * TURN) / 1000;
    if (!whole || allowed <= 0) return;
    for (const [near, far] of ends) if (far !== null && !far.writableNeedDrain) near.resume();
  }, TURN);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent: () => sent,
    cut() {
      whole = false;
      for (const [near, far] of ends) {
        near.pause();
        far?.pause();
        if (far !== null) halfOpen.add(far);
      }
    },
    restore() {
      for (const near of ends.keys()) near.destroy();
      whole = true;
    },
    close() {
      clearInterval(helping);
      for (const [near, far] of ends) for (const socket of [near, far]) socket?.destroy();
      for (const socket of halfOpen) socket.destroy();
      server.close();
    },
  };
}
