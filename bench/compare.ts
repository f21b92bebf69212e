import type { Mock } from './mock.js';
import { cpuSeconds } from './process-figures.js';
import { median } from './statistics.js';
import { arrived, type Way } from './ways.js';

/** Times of one way in seconds: medians. */
interface Taken {
  seconds: number;
  cpu: number;
  /** Whether all files at the mock were correct in every run. */
  equal: boolean;
}

/** How ways are compared. */
interface Comparison {
  bytes: number;
  /** Runs of each way, in addition to one for warming up. */
  repeats: number;
  /** Bytes per second that Zenodo accepts. Without it, there is no limit. */
  zenodo?: number | undefined;
  /** Bytes per second that the caller sends. Without it, there is no limit. */
  caller?: number | undefined;
}

/**
 * Bytes of the run for warming up, which is not throttled. The time of the compiler must not be
 * measured.
 */
const WARM_UP = 128 * 1024 * 1024;

/**
 * Sends the same bytes through all ways in turn, again and again, so that a slow moment affects all
 * of them.
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
  await way.prepare?.(way.url, draft, bytes);
  const before = way.pid === null ? 0 : await cpuSeconds(way.pid);
  const started = performance.now();
  const answer = await way.send(way.url, draft, bytes, rate);
  const seconds = (performance.now() - started) / 1000;
  const cpu = way.pid === null ? 0 : (await cpuSeconds(way.pid)) - before;
  const equal = await arrived(mock, draft, way, bytes, answer);
  await mock.removeDraft(draft);
  return { seconds, cpu, equal };
}
