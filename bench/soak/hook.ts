import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Chance } from './chance.js';
import type { Tally } from './tally.js';

/** Percentage of deliveries that this application refuses or does not answer. */
const REFUSED = 0.05;

/** What a webhook says about an upload. */
interface Told {
  type: string;
  upload_id: string | null;
  data: { state?: string; upload_id?: string };
}

/** An application that receives webhooks about uploads, and often fails itself. */
export async function startHook(chance: Chance) {
  const told = new Map<string, Told[]>();
  const server = createServer(async (request, response) => {
    const event = JSON.parse(await text(request)) as Told;
    if (chance.happens(REFUSED)) return void response.writeHead(500).end();
    if (chance.happens(REFUSED)) return void request.socket.destroy();
    if (event.upload_id !== null) told.set(event.upload_id, [...(told.get(event.upload_id) ?? []), event]);
    response.writeHead(204).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const isTold = (id: string, state: string) =>
    (told.get(id) ?? []).some(({ type, data }) => type === `upload.${state}` && data.state === state);

  /** Uploads that have ended, but about whose end no webhook has come. */
  const missing = ({ states }: Tally) =>
    [...states].filter(([id, state]) => ['done', 'failed'].includes(state) && !isTold(id, state));

  const env: Record<string, string> = {
    WEBHOOK_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    WEBHOOK_SECRET: `whsec_${randomBytes(32).toString('base64')}`,
  };

  return {
    env,
    missing,
    /** Faults: an end without a webhook, and a webhook that was wrong. */
    judge(tally: Tally): void {
      for (const [id, state] of missing(tally)) tally.fault(`no webhook tells that ${id} is ${state}`);
      for (const [id, events] of told) {
        const state = tally.states.get(id);
        for (const { type, data } of events) {
          tally.count(`webhooks of ${type}`);
          if (data.upload_id !== id) tally.fault(`a webhook of ${id} shows ${data.upload_id}`);
          if (type === 'upload.done' && state !== undefined && state !== 'done')
            tally.fault(`a webhook tells that ${id} is done, and it is ${state}`);
        }
      }
    },
    close(): void {
      server.closeAllConnections();
      server.close();
    },
  };
}
