import { cpus } from 'node:os';
import { type Loaded, load } from '../http-load.js';
import { TOKEN } from '../mock.js';
import type { Row } from '../row.js';
import { sendLater } from '../sending.js';
import { median } from '../statistics.js';

/** Number of concurrent callers, for all replicas together. */
const CALLERS = 32;

/** One core for each replica, PostgreSQL, the mock and the caller, and one to spare. */
const CORES = 6;

/** Whether a second process on the same database doubles the throughput. */
export const twoReplicasRow: Row = {
  name: 'two-replicas',
  long: true,
  title: `GET /uploads/{id} of ${CALLERS} callers at one process, and at two`,
  run: (stage, { quick, repeats }) =>
    stage.ending(async () => {
      const mock = await stage.startMock();
      const env = await stage.serviceEnvironment(mock.url);
      const urls = [(await stage.startService(env)).url, (await stage.startService(env)).url];
      const [first = ''] = urls;
      // One upload per caller, because reads of the same upload are shared.
      const uploads = await Promise.all(
        Array.from({ length: CALLERS }, async () => sendLater(first, (await mock.newDraft()).id, 1000)),
      );
      const burst = async (replicas: string[]): Promise<number> => {
        const signal = AbortSignal.timeout(quick ? 2000 : 5000);
        const all = await Promise.all(
          uploads.map(
            (upload, index): Promise<Loaded> =>
              load({
                url: replicas[index % replicas.length] ?? first,
                method: 'GET',
                path: new URL(upload).pathname,
                token: TOKEN,
                callers: 1,
                signal,
              }),
          ),
        );
        if (all.some(({ errors }) => errors > 0)) throw new Error('a call was not answered with 200');
        return all.reduce((sum, { perSecond }) => sum + perSecond, 0);
      };
      await burst(urls);
      const turns: { one: number; two: number }[] = [];
      for (let turn = 0; turn < repeats; turn += 1) {
        turns.push({ one: await burst([first]), two: await burst(urls) });
      }
      const enough = cpus().length >= CORES;
      const ratio = { value: median(turns.map(({ one, two }) => two / one)) };
      return [
        {
          what: 'one process',
          figures: { 'calls/s': { value: median(turns.map(({ one }) => one)), digits: 0 } },
        },
        {
          what: enough ? 'two processes' : `two processes, on ${cpus().length} cores for all of this`,
          figures: {
            'calls/s': { value: median(turns.map(({ two }) => two)), digits: 0 },
            '× one': enough ? { ...ratio, target: { atLeast: 1.7 } } : ratio,
          },
        },
      ];
    }),
};
