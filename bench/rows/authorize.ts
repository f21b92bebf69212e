import { CALLBACK } from '../../test/consent.js';
import { type Load, type Loaded, load } from '../http-load.js';
import type { Row } from '../row.js';
import { median } from '../statistics.js';

const CALLERS = 32;

/** Callers without a key may only begin a limited number of authorizations. */
const KEY = 'bench-key-0123456789';

const json = { container_id: 'bench', django_callback_url: CALLBACK };

/**
 * Requests per second of the call that begins an authorization, compared with a route that only
 * does one insert.
 */
export const authorizeRow: Row = {
  name: 'authorize',
  long: true,
  title: `POST /oauth/authorize, ${CALLERS} callers`,
  run: (stage, { quick, repeats }) =>
    stage.ending(async () => {
      const mock = await stage.startMock();
      const env = { ...(await stage.serviceEnvironment(mock.url)), API_KEYS: KEY };
      const [service, bare] = await Promise.all([
        stage.startService(env),
        stage.startProgram('bare-route.ts', env),
      ]);
      const seconds = quick ? 2 : 4;
      const ours = { url: service.url, path: '/oauth/authorize' };
      const theirs = { url: bare.url, path: '/' };
      await burst(ours, 1);
      await burst(theirs, 1);
      const turns: { ours: Loaded; bare: Loaded }[] = [];
      for (let turn = 0; turn < repeats; turn += 1) {
        turns.push({ ours: await burst(ours, seconds), bare: await burst(theirs, seconds) });
      }
      const of = (which: 'ours' | 'bare', figure: Exclude<keyof Loaded, 'times'>) =>
        median(turns.map((turn) => turn[which][figure]));
      const errors = Math.max(...turns.map((turn) => turn.ours.errors));
      return [
        {
          what: 'bare Fastify route, one insert through pg',
          figures: {
            'requests/s': { value: of('bare', 'perSecond'), digits: 0 },
            'p99 ms': { value: of('bare', 'p99'), digits: 0 },
          },
        },
        {
          what: 'us',
          figures: {
            'requests/s': { value: of('ours', 'perSecond'), digits: 0 },
            '× bare': {
              value: median(turns.map(({ ours, bare }) => ours.perSecond / bare.perSecond)),
            },
            'p99 ms': { value: of('ours', 'p99'), digits: 0 },
            errors: { value: errors, digits: 0, target: { atMost: 0 } },
          },
        },
      ];
    }),
};

function burst(where: Pick<Load, 'url' | 'path'>, seconds: number): Promise<Loaded> {
  return load({
    ...where,
    method: 'POST',
    json,
    headers: { 'x-api-key': KEY },
    callers: CALLERS,
    signal: AbortSignal.timeout(seconds * 1000),
  });
}
