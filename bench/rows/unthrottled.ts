import { allWays, WAYS } from '../all-ways.js';
import { compare } from '../compare.js';
import { opensslSeconds } from '../openssl.js';
import type { Extent, Figure, Line, Row, Target } from '../row.js';
import type { Stage } from '../stage.js';

const GIB = 1024 ** 3;

/** Compared with nginx with buffering, and `openssl md5` of the same bytes. */
const CPU: Record<string, Target> = {
  [WAYS.raw]: { atMost: 0.95 },
  [WAYS.form]: { atMost: 0.9 },
  [WAYS.sizes]: { atMost: 0.9 },
  [WAYS.folder]: { atMost: 1.3 },
};

/**
 * Without throttling: time compared with a direct PUT, and CPU seconds of everything between caller
 * and Zenodo.
 */
export const unthrottledRow: Row = {
  name: 'unthrottled',
  title: 'Zenodo takes all that comes, the caller is fast',
  run: (stage, extent) => stage.ending(() => measure(stage, extent)),
};

async function measure(stage: Stage, { quick, repeats }: Extent): Promise<Line[]> {
  const bytes = quick ? GIB / 4 : GIB;
  const mock = await stage.startMock();
  const taken = await compare(mock, await allWays(stage, mock), { bytes, repeats });
  const openssl = await opensslSeconds(stage, bytes, repeats);
  const direct = taken.get(WAYS.direct)?.seconds ?? Number.NaN;
  const buffering = taken.get(WAYS.buffering)?.cpu;
  const reference = buffering === undefined || openssl === null ? null : buffering + openssl;
  const lines = [...taken].map(([what, { seconds, cpu, equal }]): Line => {
    const target = CPU[what];
    const compared: Figure | string =
      reference === null
        ? 'no nginx or openssl here'
        : { value: cpu / reference, ...(target ? { target } : {}) };
    return {
      what,
      figures: {
        seconds: { value: seconds },
        '× direct': { value: seconds / direct },
        'CPU s/GiB': what === WAYS.direct ? '' : { value: (cpu * GIB) / bytes },
        '× reference': target ? compared : '',
        md5: equal ? 'equal' : '**differs**',
      },
    };
  });
  if (reference === null) return lines;
  const figures = { 'CPU s/GiB': { value: (reference * GIB) / bytes } };
  return [...lines, { what: 'reference: nginx, buffering + openssl md5', figures }];
}
