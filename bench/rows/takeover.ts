import { setTimeout as sleep } from 'node:timers/promises';
import { TOKEN } from '../mock.js';
import type { Row } from '../row.js';
import { sendLater } from '../sending.js';
import { arrived, raw } from '../ways.js';

const MB = 1_000_000;

/** The upload that is taken over. Undisturbed, it takes two seconds. */
const BYTES = 20 * MB;
const RATE = 10 * MB;

/** How long the takeover may take before the row gives up, in milliseconds. */
const TIME_OUT = 60_000;

/**
 * A process is killed during a transfer. How long does it take until another one sends the file,
 * and does it arrive?
 */
export const takeoverRow: Row = {
  name: 'takeover',
  long: true,
  title: 'kill -9 in the middle of a transfer, another process on the same staging folder',
  run: (stage) =>
    stage.ending(async () => {
      const mock = await stage.startMock();
      const env = await stage.serviceEnvironment(mock.url);
      const first = await stage.startService(env);
      const second = await stage.startService(env);
      const draft = await mock.newDraft();
      await mock.throttle(RATE);
      const statusUrl = await sendLater(first.url, draft.id, BYTES);
      await mock.control('GET', '/requests?method=PUT&running=true&count=1&wait=5');
      await mock.control('DELETE', '/requests');
      await first.child.end('SIGKILL');
      const killed = performance.now();
      await mock.control('GET', '/requests?method=PUT&count=1&wait=60');
      const took = (performance.now() - killed) / 1000;
      await ended(statusUrl.replace(first.url, second.url));
      const way = { what: '', url: second.url, pid: null, ...raw };
      const equal = await arrived(mock, draft, way, BYTES, null);
      const figures = {
        'seconds until sent again': { value: took, digits: 1, target: { atMost: 20 } },
        md5: equal ? 'equal' : '**differs**',
      };
      return [{ what: 'takeover', figures }];
    }),
};

async function ended(statusUrl: string): Promise<void> {
  for (const until = performance.now() + TIME_OUT; performance.now() < until; await sleep(100)) {
    const answer = await fetch(statusUrl, { headers: { authorization: `Bearer ${TOKEN}` } });
    const { state } = (await answer.json()) as { state: string };
    if (state === 'done' || state === 'failed') return;
  }
  throw new Error('the upload does not end');
}
