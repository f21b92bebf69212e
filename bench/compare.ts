import type { Mock } from './mock.js';
import { cpuSeconds } from './process-figures.js';
import { median } from './statistics.js';
import { arrived, type Way } from './ways.js';

/** What one way in took, in seconds: medians. */
interface Taken {
  seconds: number;
  cpu: number;
  /** All files were the same at the mock, every time. */
  equal: boolean;
}

/** How ways are compared. */
interface Comparison {
  bytes: number;
  /** Runs of each way, besides one to warm up. */
  repeats: number;
  /** Bytes a second that Zenodo takes; all that come if left out. */
  zenodo?: number | undefined;
  /** Bytes a second of the caller; as many as are taken if left out. */
  caller?: number | undefined;
}

/**
 * Bytes of the run that warms up, for which nothing is held back: what is measured must not be the
 * compiler.
 */
const WARM_UP = 128 * 1024 * 1024;

/**
 * Sends the same through all ways, one way after the other, over and over, so that a bad moment
 * hits all of them.
 */
export async function compare(
  mock: Mock,
  ways: readonly Way[],
  { bytes, repeats, zenodo, caller }: Comparison,
) {
  const runs = new Map<Way, Taken[]>(ways.map((way) => [way, []]));
  for (const way of ways) await run(mock, way, WARM_UP, undefined);
  await mock.throttle(zenodo ?? null);
  for (let turn = 0; turn < repeats; turn += 1) {
    for (const way of ways) runs.get(way)?.push(await run(mock, way, bytes, caller));
  }
  return new Map<string, Taken>(
    [...runs].map(([{ what }, taken]) => [
      what,
      {
        seconds: median(taken.map(({ seconds }) => seconds)),
        cpu: median(taken.map(({ cpu }) => cpu)),
        equal: taken.every(({ equal }) => equal),
      },
    ]),
  );
}

async function run(mock: Mock, way: Way, bytes: number, rate: number | undefined): Promise<Taken> {
  const draft = await mock.newDraft();
  const before = way.pid === null ? 0 : await cpuSeconds(way.pid);
  const started = performance.now();
  const answer = await way.send(way.url, draft, bytes, rate);
  const seconds = (performance.now() - started) / 1000;
  const cpu = way.pid === null ? 0 : (await cpuSeconds(way.pid)) - before;
  const equal = await arrived(mock, draft, way, bytes, answer);
  await mock.removeDraft(draft);
  return { seconds, cpu, equal };
}
