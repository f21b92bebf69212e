import { authorize, verify } from '../../test/consent.js';
import type { Row } from '../row.js';

const CALLS = 200;

/**
 * How long Zenodo takes to renew the token, in seconds: long enough to observe other calls
 * meanwhile.
 */
const RENEWAL = 3;

/**
 * Many concurrent calls with an expired token, to two processes, and calls of another user
 * meanwhile.
 */
export const expiredTokenRow: Row = {
  name: 'expired-token',
  title: `${CALLS} calls at once with an expired token, two processes`,
  run: (stage) =>
    stage.ending(async () => {
      const mock = await stage.startMock();
      const env = await stage.serviceEnvironment(mock.url);
      const one = await stage.startService(env);
      const two = await stage.startService(env);
      const granted = await authorize(one.url, { container: 'many', user: 'mock-user' });
      const other = await authorize(two.url, { container: 'other', user: 'mock-user-2' });
      const ask = (url: string, { body }: typeof granted) =>
        verify(url, body['deposition_id'], body['access_token']);
      const many = () =>
        Array.from({ length: CALLS }, (_, index) => ask(index % 2 === 0 ? one.url : two.url, granted));
      const others = async () => {
        const times: number[] = [];
        for (let turn = 0; turn < 10; turn += 1) {
          const asked = performance.now();
          await Promise.all([one, two].map(({ url }) => ask(url, other)));
          times.push(performance.now() - asked);
        }
        return Math.max(...times);
      };
      // The time of the compiler must not be measured.
      await Promise.all(many());
      await others();
      const alone = await others();
      // What the burst costs by itself, without a refresh.
      const valid = many();
      const besideValid = await others();
      await Promise.all(valid);
      await mock.control('POST', '/tokens/expire', { user: 'mock-user' });
      await mock.control('POST', '/faults', {
        method: 'POST',
        path: '/oauth/token',
        delay: RENEWAL,
        times: 1,
      });
      await mock.control('DELETE', '/requests');
      const calls = many();
      await mock.control('GET', '/requests?path=/oauth/token&running=true&count=1&wait=20');
      const meanwhile = await others();
      const answers = await Promise.all(calls);
      const refreshes = await mock.control<unknown[]>('GET', '/requests?path=/oauth/token');
      const failed = answers.filter(({ status }) => status !== 200).length;
      return [
        {
          what: `${CALLS} calls`,
          figures: {
            refreshes: { value: refreshes.length, digits: 0, target: { atLeast: 1, atMost: 1 } },
            errors: { value: failed, digits: 0, target: { atMost: 0 } },
            'others alone, slowest ms': { value: alone, digits: 0 },
            'beside as many with a valid token': { value: besideValid, digits: 0 },
            'beside these': { value: meanwhile, digits: 0 },
            '× alone': { value: meanwhile / alone, target: { atMost: 3 } },
          },
        },
      ];
    }),
};
