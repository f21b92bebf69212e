import { readdir, readFile, writeFile } from 'node:fs/promises';

/**
 * Clock ticks per second in /proc/PID/stat. Linux fixes the value, whatever the rate of the kernel.
 */
const TICKS = 100;

/**
 * CPU seconds of a process and all its living descendants, including the children that they have
 * waited for. Linux only.
 */
export async function cpuSeconds(pid: number): Promise<number> {
  let ticks = 0;
  for (const one of await tree(pid)) {
    const [, , , , , , , , , , , user = 0, system = 0, childUser = 0, childSystem = 0] = await statOf(one);
    ticks += user + system + childUser + childSystem;
  }
  return ticks / TICKS;
}

/** CPU seconds of the children that this process has waited for. */
export async function reapedSeconds(): Promise<number> {
  const [, , , , , , , , , , , , , childUser = 0, childSystem = 0] = await statOf(process.pid);
  return (childUser + childSystem) / TICKS;
}

/** Memory of a process in MiB: now, and the peak since `forgetPeak`. */
export async function memory(pid: number): Promise<{ now: number; peak: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const read = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
  return { now: read('VmRSS'), peak: read('VmHWM') };
}

/** From now on, `memory().peak` starts again. */
export async function forgetPeak(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, '5');
}

/** A process and all its living descendants. */
export async function tree(pid: number): Promise<number[]> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const [, parent] = await statOf(Number(name));
    if (parent !== undefined) parents.set(Number(name), parent);
  }
  const found = [pid];
  for (const one of found) for (const [child, parent] of parents) if (parent === one) found.push(child);
  return found;
}

/**
 * The fields after the name, as numbers where possible. Index 1 is the parent. Empty if the process
 * is gone.
 */
async function statOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return text === ''
    ? []
    : text
        .slice(text.lastIndexOf(')') + 2)
        .split(' ')
        .map(Number);
}
