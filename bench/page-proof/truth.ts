import type { Mock } from '../mock.js';
import type { Line } from './line.js';
import type { startReplicas } from './replicas.js';
import type { BrowserMemory, Visitor } from './visitor.js';

/** Bytes that may be between the browser and the line: in the sockets of three files. */
const IN_SOCKETS = 3 * 16 * 1024 ** 2;

/** What the page says when something has failed for good. Nothing does here. */
const FALSE_ALARMS =
  /could not be sent|did not work|not sent\b|link has ended|permission at Zenodo|Cancelled/;

/** All observations at one moment. Memory in MiB. */
export interface Look {
  share: number;
  browser: BrowserMemory;
  service: number[];
}

interface Watched {
  mock: Mock;
  total: number;
  line: Line;
  replicas: Awaited<ReturnType<typeof startReplicas>>;
  visitor(): Visitor;
}

/** Compares what the page says with the facts. */
export function createTruth({ mock, total, line, replicas, visitor }: Watched) {
  const looks: Look[] = [];
  const wrong = new Set<string>();
  let most = 0;

  /** The largest number of bytes of each file that Zenodo has received, in total. */
  async function gotByZenodo(): Promise<number> {
    const requests = await mock.control<{ path: string; bytesIn: number }[]>(
      'GET',
      '/requests?method=PUT&running=true',
    );
    const got = new Map<string, number>();
    for (const { path, bytesIn } of requests) got.set(path, Math.max(got.get(path) ?? 0, bytesIn));
    return [...got.values()].reduce((sum, one) => sum + one, 0);
  }

  return {
    looks,
    get wrong(): string[] {
      return [...wrong];
    },
    async look(): Promise<void> {
      const now = await visitor().look();
      most = Math.max(most, await gotByZenodo());
      const alarm = FALSE_ALARMS.exec(now.text)?.[0];
      if (alarm !== undefined) wrong.add(`the page says “${alarm}”: ${now.notice}`);
      if (now.received * total > line.sent() + IN_SOCKETS)
        wrong.add(`the page says ${now.received} are received, after ${line.sent()} bytes`);
      if (now.atZenodo * total > most * 1.001)
        wrong.add(`the page says ${now.atZenodo} are at Zenodo, which has ${most} bytes`);
      looks.push({
        share: line.sent() / total,
        browser: await visitor().memory(),
        service: await replicas.memory(),
      });
    },
  };
}
