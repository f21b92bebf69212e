import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { listen, type Teardown } from './teardown.js';

/** A delivery as it came. */
interface Delivery {
  headers: IncomingHttpHeaders;
  raw: string;
  event: { id: string; type: string; deposition_id: number | null; data: Record<string, unknown> };
  /** Deliveries of the same deposition that were under way when it came. */
  beside: number;
}

/**
 * What a receiver does with a delivery: a status, with a location of its own; `later` 200 after a
 * moment; `lost` closes without an answer; `silent` says nothing; `twice` answers 200 two times;
 * `page` answers 200 and what no program expects; `endless` 200 and bytes without end; `drip` a
 * head without end; `noise` what is no HTTP.
 */
export type Manner = number | 'later' | 'lost' | 'silent' | 'twice' | 'page' | 'endless' | 'drip' | 'noise';

/** An application that takes webhooks. `manner` is asked for each. */
export async function startReceiver(
  t: Teardown,
  manner: (delivery: Delivery, count: number) => Manner = () => 204,
) {
  const deliveries: Delivery[] = [];
  const underWay = new Map<number | null, number>();
  /** Requests to where an answer pointed. */
  const strays: string[] = [];
  /** Connections on which a receiver goes on talking. */
  const talking = new Set<Socket>();
  const server = createServer(async (request, response) => {
    if (request.url?.startsWith('/elsewhere')) {
      strays.push(request.url);
      response.end();
      return;
    }
    const raw = await text(request).catch(() => '');
    if (raw === '') return;
    const event = JSON.parse(raw) as Delivery['event'];
    const beside = underWay.get(event.deposition_id) ?? 0;
    underWay.set(event.deposition_id, beside + 1);
    response.once('close', () =>
      underWay.set(event.deposition_id, (underWay.get(event.deposition_id) ?? 1) - 1),
    );
    const delivery = { headers: request.headers, raw, event, beside };
    const how = manner(delivery, deliveries.push(delivery));
    if (typeof how === 'number') response.writeHead(how, { location: '/elsewhere' }).end('said');
    else if (how === 'later') setTimeout(() => response.writeHead(200).end(), 300);
    else if (how === 'lost') request.socket.destroy();
    else if (how === 'twice') {
      const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';
      request.socket.write(answer + answer);
    } else if (how === 'page') {
      response.writeHead(200, { 'content-type': 'text/html', 'content-encoding': 'gzip' }).end('<h1>Thanks');
    } else if (how === 'noise') request.socket.end('\u0000\u0001 what is this?\r\n\r\n');
    else if (how === 'drip') talk(request.socket, 'HTTP/1.1 200 OK\r\n', 'x-more: 1\r\n');
    else if (how === 'endless') {
      const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
      talk(request.socket, 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n', chunk);
    }
  });
  /** Says `more` over and over until the other side has gone. */
  function talk(socket: Socket, first: string, more: string): void {
    talking.add(socket);
    socket.write(first);
    const timer = setInterval(() => {
      if (!socket.writableNeedDrain) socket.write(more);
    }, 50);
    socket.once('close', () => {
      clearInterval(timer);
      talking.delete(socket);
    });
  }
  const url = await listen(t, server);
  return {
    url: `${url}/hook?key=in-the-url`,
    deliveries,
    strays,
    talking,
  };
}
