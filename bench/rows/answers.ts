import { authorize } from '../../test/consent.js';
import { type Loaded, load } from '../http-load.js';
import { TOKEN } from '../mock.js';
import type { Row } from '../row.js';
import { send } from '../sending.js';
import { raw } from '../ways.js';

const UPLOADS = 32;

/** Callers of each kind, and how long each rests between two calls, in milliseconds. */
const CALLERS = 10;
const PAUSE = 50;

/** Bytes a second of each upload: all together fill a gigabit line. */
const RATE = 3_500_000;

const ALL_AT_ONCE = { MAX_TRANSFERS: String(UPLOADS), MAX_TRANSFERS_PER_USER: String(UPLOADS) };

/** How long others wait for an answer while many uploads run. */
export const answersRow: Row = {
  name: 'answers',
  title: `Calls while ${UPLOADS} uploads run, ${(UPLOADS * RATE) / 1_000_000} MB/s together`,
  run: (stage, { quick }) =>
    stage.ending(async () => {
      const seconds = quick ? 5 : 15;
      const mock = await stage.startMock();
      const service = await stage.startService({
        ...(await stage.serviceEnvironment(mock.url)),
        ...ALL_AT_ONCE,
      });
      const granted = await authorize(service.url);
      const statusUrl = await accepted(service.url, (await mock.newDraft()).id);
      await mock.throttle(RATE);
      const drafts = await Promise.all(Array.from({ length: UPLOADS }, () => mock.newDraft()));
      const uploads = drafts.map((draft) => raw.send(service.url, draft, RATE * (seconds + 2)));
      await new Promise((done) => setTimeout(done, 1000));
      const often = { url: service.url, method: 'GET' as const, callers: CALLERS, pause: PAUSE };
      const signal = AbortSignal.timeout(seconds * 1000);
      const token = String(granted.body['access_token']);
      const [status, verify] = await Promise.all([
        load({ ...often, path: new URL(statusUrl).pathname, token: TOKEN, signal }),
        load({ ...often, path: `/depositions/${granted.body['deposition_id']}/verify`, token, signal }),
      ]);
      await Promise.all(uploads);
      return [line('GET /uploads/{id}', status), line('GET /depositions/{id}/verify', verify)];
    }),
};

async function accepted(url: string, id: number): Promise<string> {
  const headers = { prefer: 'respond-async' };
  const path = `/depositions/${id}/files/one.bin`;
  const answer = await send({ method: 'PUT', url: `${url}${path}`, headers, body: [1000] });
  return (answer as { status_url: string }).status_url;
}

function line(what: string, { p99, answers, errors }: Loaded) {
  return {
    what,
    figures: {
      answers: { value: answers, digits: 0 },
      'p99 ms': { value: p99, digits: 0, target: { atMost: 250 } },
      errors: { value: errors, digits: 0, target: { atMost: 0 } },
    },
  };
}
