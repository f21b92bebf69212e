import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import type { Account } from './account.js';
import { SERVER_ENVIRONMENT } from './binaries.js';

/** The folder of a cluster, and the account that its server runs as. */
interface Cluster {
  folder: string;
  account: Account | undefined;
}

/**
 * Runs PostgreSQL as the child of a shell that stops it (fast shutdown) as soon as descriptor 3
 * closes: when we close it, and also when this process dies. It has a session of its own, so that
 * Ctrl-C reaches only this process, and work in progress can still use the database.
 */
const KEEPER = `"$0" "$@" 3<&- & server=$!
(cat <&3; kill -INT $server) >/dev/null 2>&1 &
wait $server`;

/** Number of lines of output that are remembered for an error message. */
const REMEMBERED = 8;

/**
 * As another user, the server may be unable to traverse our folders, but it can stay in its working
 * directory. This path means that directory and needs no other.
 */
function dataDirectory({ folder, account }: Cluster): string {
  return account === undefined || process.platform !== 'linux' ? folder : '/proc/self/cwd';
}

/**
 * Makes an empty folder a cluster with the superuser `zenodo`. `passwordFile` must belong to the
 * account.
 */
export async function initialise(initdb: string, cluster: Cluster, passwordFile: string, durable: boolean) {
  const password = await open(passwordFile, 'r');
  try {
    const child = spawn(
      initdb,
      [
        ...['-D', dataDirectory(cluster), '--username=zenodo', '--encoding=UTF8', '--locale=C'],
        ...['--auth=scram-sha-256', `--pwfile=${cluster.account ? '/proc/self/fd/3' : passwordFile}`],
        ...(durable ? [] : ['--no-sync']),
      ],
      {
        ...cluster.account,
        cwd: cluster.folder,
        env: SERVER_ENVIRONMENT,
        stdio: ['ignore', 'ignore', 'pipe', password.fd],
      },
    );
    const output = remember(child);
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`initdb failed: ${output.join(' ')}`);
  } finally {
    await password.close();
  }
}

/** A server that accepts connections. */
export interface Server {
  /** Process id of the shell that keeps the server: its parent as long as all is well. */
  keeperPid: number;
  /** Fast shutdown: open transactions are rolled back, committed ones are on disk. */
  stop(): Promise<void>;
}

/**
 * Starts the server on a loopback port and waits until it accepts connections, including crash
 * recovery. Throws with its last lines of output.
 */
export async function run(
  postgres: string,
  cluster: Cluster,
  port: number,
  settings: Record<string, string>,
): Promise<Server> {
  const child = spawn(
    '/bin/sh',
    [
      ...['-c', KEEPER, postgres, '-D', dataDirectory(cluster), '-p', String(port)],
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    {
      ...cluster.account,
      cwd: cluster.folder,
      env: SERVER_ENVIRONMENT,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    },
  );
  const lifeline = child.stdio[3] as Writable;
  lifeline.on('error', () => undefined);
  const output = remember(child);
  const exited = once(child, 'exit').then(() => lifeline.destroy());
  const ready = new Promise<true>((resolve) => {
    child.stderr?.on('data', () => {
      if (output.some((line) => line.includes('ready to accept connections'))) resolve(true);
    });
  });
  if ((await Promise.race([ready, exited])) !== true) throw new Error(output.join(' '));
  return {
    keeperPid: child.pid ?? 0,
    async stop() {
      lifeline.end();
      await exited;
    },
  };
}

/** The last lines that a program wrote to standard error. */
function remember(child: ChildProcess): string[] {
  const lines: string[] = [];
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lines.push(...text.split('\n').filter((line) => line.trim() !== ''));
    lines.splice(0, lines.length - REMEMBERED);
  });
  return lines;
}
