import { createServer, request } from 'node:http';
import type { Socket } from 'node:net';
import { listen, type Teardown } from './teardown.js';

/** Writes an answer as it likes on the bare connection of a request. */
export type Spoil = (socket: Socket) => unknown;

/** A way to Zenodo on which single answers are spoilt. */
interface HostileZenodo {
  url: string;
  /** The next request of this method whose path matches is not passed on, but answered by `how`. */
  spoil(method: string, path: RegExp, how: Spoil): void;
  /** How many are still to be answered so. */
  left(): number;
  /** From now on none is. */
  forget(): void;
}

/** Starts one before `target`, which hears of all other requests. */
export async function startHostileZenodo(t: Teardown, target: () => string): Promise<HostileZenodo> {
  const plans: { method: string; path: RegExp; how: Spoil }[] = [];
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '/', headers, socket } = incoming;
    const at = plans.findIndex((plan) => plan.method === method && plan.path.test(url));
    const [plan] = at === -1 ? [] : plans.splice(at, 1);
    if (plan !== undefined) {
      incoming.resume();
      socket.on('error', () => undefined);
      plan.how(socket);
      return;
    }
    const onward = request(new URL(url, target()), { method, headers });
    onward.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  const url = await listen(t, server);
  return {
    url,
    spoil: (method, path, how) => void plans.push({ method, path, how }),
    left: () => plans.length,
    forget: () => void plans.splice(0),
  };
}
