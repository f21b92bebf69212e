import { readdir, readlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../test/free-port.js';
import { forgetPeak, memory } from '../process-figures.js';
import type { Server, Stage } from '../stage.js';

const SETTLE = 1500;

/** Two replicas of the service on one volume. They are killed, and come back at the same ports. */
export async function startReplicas(stage: Stage, env: Record<string, string>) {
  const ports = [await freePort(), await freePort()];
  const running: (Server | null)[] = [];
  const idle: number[] = [];
  const peaks: number[] = [];

  async function start(index: number): Promise<void> {
    const server = await stage.startService({ ...env, PORT: String(ports[index]) });
    await sleep(SETTLE);
    const { pid } = server.child;
    idle.push((await memory(pid)).now);
    await forgetPeak(pid);
    running[index] = server;
  }

  const notePeak = async (server: Server) => peaks.push((await memory(server.child.pid)).peak);

  await Promise.all(ports.map((_, index) => start(index)));
  return {
    ports,
    /** Files with the output of all replicas, including those that were killed. */
    logs: [] as string[],
    /**
     * Kills the replica with the most open staged files with `kill -9`. It comes back after a few
     * seconds. Returns the number of these files.
     */
    async killReceiver(): Promise<number> {
      const counts = await Promise.all(
        running.map((server) =>
          server === null ? -1 : openFiles(server.child.pid, env['STAGING_DIR'] ?? ''),
        ),
      );
      const most = Math.max(...counts);
      const index = counts.indexOf(most);
      const server = running[index];
      if (server === null || server === undefined) throw new Error('no replica runs');
      await notePeak(server);
      this.logs.push(server.log);
      running[index] = null;
      await server.child.end('SIGKILL');
      setTimeout(() => void start(index), 5000);
      return most;
    },
    /** Resident MiB of each replica that is running. */
    memory: () =>
      Promise.all(
        running.filter((server) => server !== null).map(async ({ child }) => (await memory(child.pid)).now),
      ),
    /**
     * The largest number of MiB that any of them had, and the smallest that one had after its
     * start.
     */
    async peak() {
      for (const server of running) if (server !== null) await notePeak(server);
      for (const server of running) if (server !== null) this.logs.push(server.log);
      return { most: Math.max(...peaks), idle: Math.min(...idle) };
    },
  };
}

/** Number of files in a folder that a process has open. */
async function openFiles(pid: number, folder: string): Promise<number> {
  const handles = await readdir(`/proc/${pid}/fd`);
  const targets = await Promise.all(handles.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
  return targets.filter((target) => target.startsWith(folder)).length;
}
