import { setTimeout as sleep } from 'node:timers/promises';
import type { Mock } from '../mock.js';
import { forgetPeak, memory } from '../process-figures.js';
import type { Line, Row } from '../row.js';
import type { Stage } from '../stage.js';
import { arrived, form, raw, type Way } from '../ways.js';

const MIB = 1024 ** 2;

/** How long a new process is left alone before its memory counts as idle, in milliseconds. */
const SETTLE = 1000;

/** Bytes of one large upload, and of each of many concurrent ones. */
const ONE = 8 * 1024 * MIB;
const EACH = 64 * MIB;
const AT_ONCE = 32;

/** The same for a quick run. */
const QUICK_ONE = 512 * MIB;
const QUICK_EACH = 16 * MIB;

/** All of them run at once: none waits in the queue. */
const ALL_AT_ONCE = { MAX_TRANSFERS: String(AT_ONCE), MAX_TRANSFERS_PER_USER: String(AT_ONCE) };

/** Peak memory of the service above its idle memory after a first small upload. */
export const memoryRow: Row = {
  name: 'memory',
  title: 'Memory of the service above idle',
  async run(stage, { quick }) {
    const ways = { 'raw PUT': raw, form: form('plain'), 'folder to a zip': form('folder') };
    const lines: Line[] = [];
    for (const [name, way] of Object.entries(ways)) {
      if (quick && way !== raw) continue;
      // A zip needs twice its size on the disk.
      const bytes = quick ? QUICK_ONE : way === ways['folder to a zip'] ? ONE / 4 : ONE;
      const what = `one ${name} of ${bytes / MIB} MiB`;
      lines.push(await peak(stage, what, way, { uploads: 1, bytes, most: 80 }));
    }
    for (const [name, way] of Object.entries(ways)) {
      if (quick && way === raw) continue;
      const bytes = quick ? QUICK_EACH : EACH;
      const what = `${AT_ONCE} at once, each a ${name} of ${bytes / MIB} MiB`;
      lines.push(await peak(stage, what, way, { uploads: AT_ONCE, bytes, most: 128 }));
    }
    return lines;
  },
};

function peak(
  stage: Stage,
  what: string,
  kind: Pick<Way, 'send' | 'files'>,
  { uploads, bytes, most }: { uploads: number; bytes: number; most: number },
): Promise<Line> {
  return stage.ending(async () => {
    const mock = await stage.startMock();
    const service = await stage.startService({
      ...(await stage.serviceEnvironment(mock.url)),
      ...ALL_AT_ONCE,
    });
    const way: Way = { what, url: service.url, pid: service.child.pid, ...kind };
    await upload(mock, way, MIB);
    await sleep(SETTLE);
    const idle = (await memory(service.child.pid)).now;
    await forgetPeak(service.child.pid);
    const all = await Promise.all(Array.from({ length: uploads }, () => upload(mock, way, bytes)));
    const { peak } = await memory(service.child.pid);
    return {
      what,
      figures: {
        'idle MiB': { value: idle, digits: 0 },
        'above idle MiB': { value: peak - idle, digits: 0, target: { atMost: most } },
        md5: all.every(Boolean) ? 'equal' : '**differs**',
      },
    };
  });
}

async function upload(mock: Mock, way: Way, bytes: number): Promise<boolean> {
  const draft = await mock.newDraft();
  return arrived(mock, draft, way, bytes, await way.send(way.url, draft, bytes));
}
