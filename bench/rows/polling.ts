import { request } from 'undici';
import { load } from '../http-load.js';
import { TOKEN } from '../mock.js';
import { forgetPeak, memory } from '../process-figures.js';
import type { Row } from '../row.js';
import { sendLater } from '../sending.js';
import { percentile } from '../statistics.js';

const UPLOADS = 32;
const CALLERS = 2000;

/** Pause between two requests in milliseconds, as `Retry-After` says. */
const PAUSE = 5000;

/** Number of event streams that one upload may have. */
const WATCHERS = 4;

/** Bytes per second that Zenodo accepts, shared by all uploads. */
const RATE = 500_000;

/**
 * Many callers, each with a connection, poll running uploads, and others watch their event streams.
 */
export const pollingRow: Row = {
  name: 'polling',
  title: `${CALLERS} callers ask how ${UPLOADS} running uploads are going, ${UPLOADS * WATCHERS} watch them`,
  run: (stage, { quick }) =>
    stage.ending(async () => {
      const seconds = quick ? 10 : 30;
      const mock = await stage.startMock();
      const service = await stage.startService({
        ...(await stage.serviceEnvironment(mock.url)),
        MAX_TRANSFERS: String(UPLOADS),
        MAX_TRANSFERS_PER_USER: String(UPLOADS),
      });
      await mock.throttle(RATE * UPLOADS);
      const urls = await Promise.all(
        Array.from({ length: UPLOADS }, async () => {
          const { id } = await mock.newDraft();
          return sendLater(service.url, id, RATE * (seconds + 4));
        }),
      );
      const idle = (await memory(service.child.pid)).now;
      await forgetPeak(service.child.pid);
      const signal = AbortSignal.timeout(seconds * 1000);
      const watching = urls.flatMap((url) => Array.from({ length: WATCHERS }, () => watch(url)));
      const asked = await Promise.all(
        urls.map((url) =>
          load({
            url: service.url,
            method: 'GET',
            path: new URL(url).pathname,
            token: TOKEN,
            callers: Math.ceil(CALLERS / UPLOADS),
            pause: PAUSE,
            signal,
          }),
        ),
      );
      const { peak } = await memory(service.child.pid);
      const watched = await Promise.all(watching);
      const all = asked.flatMap(({ times }) => times);
      const errors = asked.reduce((sum, one) => sum + one.errors, 0);
      return [
        {
          what: 'GET /uploads/{id}',
          figures: {
            answers: { value: all.length, digits: 0 },
            'p50 ms': { value: percentile(all, 0.5), digits: 0 },
            'p99 ms': { value: percentile(all, 0.99), digits: 0, target: { atMost: 600 } },
            errors: { value: errors, digits: 0, target: { atMost: 0 } },
            'above idle MiB': { value: peak - idle, digits: 0, target: { atMost: 128 } },
          },
        },
        {
          what: 'GET /uploads/{id}/events',
          figures: {
            answers: { value: watched.length, digits: 0 },
            errors: { value: watched.filter((done) => !done).length, digits: 0, target: { atMost: 0 } },
          },
        },
      ];
    }),
};

/** Whether the stream ended with the upload done. */
async function watch(statusUrl: string): Promise<boolean> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const { statusCode, body } = await request(`${statusUrl}/events`, { headers });
  const events = await body.text();
  return statusCode === 200 && events.includes('"state":"done"');
}
