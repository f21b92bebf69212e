import { WAYS } from '../all-ways.js';
import { compare } from '../compare.js';
import type { Row } from '../row.js';
import { tus } from '../tus-way.js';
import { intoBucket, type Way } from '../ways.js';

const MB = 1_000_000;

/** Bytes per second of the caller. */
const RATE = 100 * MB;

/** How long a direct PUT takes, in seconds. */
const LENGTH = 10;
const QUICK_LENGTH = 4;

/** The time of a resumable upload compared with a direct PUT, both at the rate of the caller. */
export const tusRow: Row = {
  name: 'tus',
  title: `A resumable upload, the caller gives ${RATE / MB} MB/s`,
  run: (stage, { quick, repeats }) =>
    stage.ending(async () => {
      const mock = await stage.startMock();
      const service = await stage.startService(await stage.serviceEnvironment(mock.url));
      const nginx = await stage.startNginx(service.url, false);
      const { pid } = service.child;
      const ways: Way[] = [
        { what: WAYS.direct, url: mock.url, pid: null, ...intoBucket },
        { what: 'us, tus', url: service.url, pid, ...tus },
        ...(nginx === null ? [] : [{ what: 'nginx, then us, tus', url: nginx.url, pid, ...tus }]),
      ];
      const bytes = RATE * (quick ? QUICK_LENGTH : LENGTH);
      const taken = await compare(mock, ways, { bytes, repeats, caller: RATE });
      const direct = taken.get(WAYS.direct)?.seconds ?? Number.NaN;
      return [...taken].map(([what, { seconds, cpu, equal }]) => ({
        what,
        figures: {
          seconds: { value: seconds },
          '× direct': {
            value: seconds / direct,
            ...(what === WAYS.direct ? {} : { target: { atMost: 1.1 } }),
          },
          'CPU s/GB': what === WAYS.direct ? '' : { value: (cpu * 1000 * MB) / bytes },
          md5: equal ? 'equal' : '**differs**',
        },
      }));
    }),
};
