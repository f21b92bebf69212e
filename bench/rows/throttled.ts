import { allWays, WAYS } from '../all-ways.js';
import { compare } from '../compare.js';
import type { Extent, Line, Row, Target } from '../row.js';
import type { Stage } from '../stage.js';
import { FILES } from '../ways.js';

const MB = 1_000_000;

/** How long a direct PUT takes, in seconds. */
const LENGTH = 3;
const QUICK_LENGTH = 2;

/**
 * The time of every way compared with a direct PUT, while Zenodo accepts a limited number of MB/s.
 * The caller is fast, or as slow as Zenodo.
 */
export function throttledRow(name: string, rate: number, { slow = false, long = false } = {}): Row {
  const targets: Record<string, Target> = {
    [WAYS.raw]: { atMost: 1.03 },
    [WAYS.sizes]: { atMost: 1.03 },
    [WAYS.form]: { atMost: slow ? 1 + 1 / FILES + 0.03 : 1.06 },
  };
  return {
    name,
    long,
    title: `Zenodo takes ${rate} MB/s, the caller ${slow ? 'gives no more' : 'is fast'}`,
    run: (stage, extent) => stage.ending(() => measure(stage, extent, { rate: rate * MB, slow, targets })),
  };
}

async function measure(
  stage: Stage,
  { quick, repeats }: Extent,
  { rate, slow, targets }: { rate: number; slow: boolean; targets: Record<string, Target> },
): Promise<Line[]> {
  const mock = await stage.startMock();
  const ways = await allWays(stage, mock);
  const bytes = rate * (quick ? QUICK_LENGTH : LENGTH);
  const taken = await compare(mock, ways, { bytes, repeats, zenodo: rate, caller: slow ? rate : undefined });
  const direct = taken.get(WAYS.direct)?.seconds ?? Number.NaN;
  return [...taken].map(([what, { seconds, equal }]) => {
    const target = targets[what];
    return {
      what,
      figures: {
        seconds: { value: seconds },
        '× direct': { value: seconds / direct, ...(target ? { target } : {}) },
        md5: equal ? 'equal' : '**differs**',
      },
    };
  });
}
