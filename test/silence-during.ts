import { readFileSync } from 'node:fs';

/** Milliseconds of one tick in which Linux counts, on every architecture (`USER_HZ`). */
const TICK = 10;

/**
 * Milliseconds of CPU time that this process's main thread has used. Under another system than
 * Linux, which does not tell that of one thread, milliseconds of any clock.
 */
function busy(): number {
  if (process.platform !== 'linux') return performance.now();
  const stat = readFileSync(`/proc/self/task/${process.pid}/stat`, 'latin1');
  // After the name in brackets; user and system time are fields 14 and 15 (proc_pid_stat(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK;
}

/**
 * Milliseconds of CPU time that the longest turn of the event loop takes while `work` is done: so
 * long every other caller of a service in this process waits on an idle machine. Time in which the
 * machine does something else does not count. What is over `bound` is tried again, because a
 * collection of garbage may have fallen into that turn.
 */
export async function silenceDuring(work: () => Promise<unknown>, bound: number): Promise<number> {
  let least = await longestTurn(work);
  for (let tries = 4; tries > 0 && least > bound; tries -= 1) {
    least = Math.min(least, await longestTurn(work));
  }
  return least;
}

async function longestTurn(work: () => Promise<unknown>): Promise<number> {
  let [before, longest] = [busy(), 0];
  const turn = () => {
    const now = busy();
    longest = Math.max(longest, now - before);
    before = now;
  };
  const timer = setInterval(turn, 1);
  try {
    await work();
    // The rest of the last turn.
    await new Promise(setImmediate);
    turn();
    return longest;
  } finally {
    clearInterval(timer);
  }
}
