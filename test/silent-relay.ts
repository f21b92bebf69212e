import { connect, createServer, type Socket } from 'node:net';
import { listen, type Teardown } from './teardown.js';

/**
 * `mute` swallows what comes from either side; `drip` hands on one byte a second of what the target
 * says.
 */
type RelayMode = 'pass' | 'mute' | 'drip';

/**
 * A way to somewhere on which bytes can get lost without either side hearing of it, as behind a
 * firewall that drops them.
 */
interface SilentRelay {
  /** Its own `host:port`. */
  host: string;
  /** Where it leads to from now on: a URL. */
  leadTo(target: string): void;
  set(mode: RelayMode): void;
}

/**
 * Starts one in mode `pass`. What was swallowed stays lost: connections from such a time are ended
 * by the next `pass`.
 */
export async function startSilentRelay(t: Teardown): Promise<SilentRelay> {
  let target = { hostname: '127.0.0.1', port: '0' };
  let mode: RelayMode = 'pass';
  const pairs = new Set<[Socket, Socket]>();
  const spoilt = new Set<[Socket, Socket]>();
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    const pair: [Socket, Socket] = [near, far];
    const held: Buffer[] = [];
    pairs.add(pair);
    const drip = setInterval(() => {
      const [first] = held;
      if (mode !== 'drip' || first === undefined) return;
      near.write(first.subarray(0, 1));
      held.splice(0, 1, ...(first.length > 1 ? [first.subarray(1)] : []));
    }, 1000);
    near.on('data', (bytes: Buffer) => {
      if (mode === 'mute') spoilt.add(pair);
      else far.write(bytes);
    });
    far.on('data', (bytes: Buffer) => {
      if (mode === 'pass') near.write(bytes);
      else spoilt.add(pair);
      if (mode === 'drip') held.push(bytes);
    });
    near.on('error', () => undefined);
    far.on('error', () => undefined);
    near.on('close', () => {
      clearInterval(drip);
      pairs.delete(pair);
      far.destroy();
    });
    // An end is lost as bytes are.
    far.on('close', () => {
      if (mode === 'pass') near.end();
      else spoilt.add(pair);
    });
  });
  const { host } = new URL(await listen(t, server));
  t.teardown(() => {
    for (const sockets of pairs) for (const socket of sockets) socket.destroy();
  });
  return {
    host,
    leadTo(url) {
      target = new URL(url);
    },
    set(next) {
      mode = next;
      if (next !== 'pass') return;
      for (const pair of spoilt) for (const socket of pair) socket.destroy();
      spoilt.clear();
    },
  };
}
