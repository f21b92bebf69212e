import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { listen, type Teardown } from './teardown.js';

/** A request that went through. */
interface Relayed {
  method: string;
  path: string;
  requestId: string | undefined;
  userAgent: string | undefined;
  /** Which of the targets took it. */
  target: number;
}

/**
 * A reverse proxy that keeps nothing back: each request goes to the next target in turn; those
 * that do not answer are left out.
 */
export async function startRelay(
  t: Teardown,
  targets: string[],
): Promise<{ url: string; seen: Relayed[]; targets: string[] }> {
  const seen: Relayed[] = [];
  let turn = 0;
  const pass = (incoming: IncomingMessage, outgoing: ServerResponse, left: number): void => {
    const target = turn % targets.length;
    turn += 1;
    const onward = request(new URL(incoming.url ?? '/', targets[target]), {
      method: incoming.method ?? 'GET',
      headers: incoming.headers,
    });
    onward.on('socket', (socket) => {
      const send = () => {
        const { 'x-request-id': id, 'user-agent': userAgent } = incoming.headers;
        const requestId = id === undefined ? undefined : String(id);
        const [path = ''] = (incoming.url ?? '').split('?');
        seen.push({ method: incoming.method ?? '', path, requestId, userAgent, target });
        incoming.pipe(onward);
      };
      if (socket.connecting) socket.once('connect', send);
      else send();
    });
    onward.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
      answer.on('error', () => outgoing.destroy());
    });
    onward.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' && left > 0) pass(incoming, outgoing, left - 1);
      else outgoing.destroy();
    });
    incoming.on('aborted', () => onward.destroy());
  };
  const server = createServer((incoming, outgoing) => pass(incoming, outgoing, targets.length - 1));
  // A caller on a busy machine may use a connection in the moment in which it would be closed.
  server.keepAliveTimeout = 0;
  const url = await listen(t, server);
  return { url, seen, targets };
}
