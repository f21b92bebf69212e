import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'undici';
import { freshEnvironment } from './process.js';
import type { Teardown } from './teardown.js';

/** Does nothing, and tells how late its timer was at worst since it was last asked. */
const IDLE = `
  let [before, worst] = [performance.now(), 0];
  setInterval(() => {
    const now = performance.now();
    worst = Math.max(worst, now - before - 10);
    before = now;
  }, 10);
  process.on('message', () => {
    process.send(worst);
    worst = 0;
  });
  process.on('disconnect', () => process.exit());
  process.send('ready');`;

export type SilenceDuring = Awaited<ReturnType<typeof watchHealth>>;

/**
 * Watches how long the service at `url` keeps a caller of `/healthz` waiting. What this machine
 * keeps a process waiting that does nothing is taken off, because it is not the service's doing.
 */
export async function watchHealth(t: Teardown, url: string) {
  const idle = spawn(process.execPath, ['-e', IDLE], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: freshEnvironment(),
  });
  t.teardown(() => idle.kill('SIGKILL'));
  await once(idle, 'message');
  const latenessOfIdle = async () => {
    idle.send('how late?');
    const [late] = await once(idle, 'message');
    return Number(late);
  };

  const during = async (work: () => Promise<unknown>): Promise<number> => {
    await latenessOfIdle();
    let [over, longest] = [false, 0];
    const done = work().finally(() => {
      over = true;
    });
    while (!over) {
      const began = performance.now();
      // A connection of its own: one that was idle may just be closed.
      await (await request(`${url}/healthz`, { reset: true })).body.dump();
      longest = Math.max(longest, performance.now() - began);
    }
    await done;
    return Math.max(0, longest - (await latenessOfIdle()));
  };

  /**
   * Milliseconds of the longest silence while `work` was done, in the quietest of some tries: it is
   * done again while the silence is longer than `bound`.
   */
  return async (work: () => Promise<unknown>, bound: number): Promise<number> => {
    let least = await during(work);
    for (let tries = 14; tries > 0 && least > bound; tries -= 1) {
      least = Math.min(least, await during(work));
    }
    return least;
  };
}
