import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A delivery as it came. */
export interface Delivery {
  headers: IncomingHttpHeaders;
  raw: string;
  event: { id: string; type: string; deposition_id: number | null; data: Record<string, unknown> };
  /** Deliveries of the same deposition that were under way when it came. */
  beside: number;
}

/** What a receiver does with a delivery: a status; `later` 200 after a moment; `lost` closes without an answer; `silent` says nothing; `twice` answers 200 two times. */
export type Manner = number | 'later' | 'lost' | 'silent' | 'twice';

/** An application that takes webhooks. `manner` is asked for each. */
export async function startReceiver(
  t: { teardown(work: () => unknown): unknown },
  manner: (delivery: Delivery, count: number) => Manner = () => 204,
) {
  const deliveries: Delivery[] = [];
  const underWay = new Map<number | null, number>();
  const server = createServer(async (request, response) => {
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
    if (typeof how === 'number')
      response.writeHead(how, { location: 'http://127.0.0.1:1/elsewhere' }).end('said');
    else if (how === 'later') setTimeout(() => response.writeHead(200).end(), 300);
    else if (how === 'lost') request.socket.destroy();
    else if (how === 'twice') {
      const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';
      request.socket.write(answer + answer);
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?key=in-the-url`,
    deliveries,
  };
}
