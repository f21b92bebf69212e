import type { ZenodoInName } from '../connections/authorized.js';
import type { Caller, PersonalCaller } from '../connections/caller.js';
import type { Database } from '../database/prisma.js';
import type { FileLimits } from '../metadata/publishable.js';
import type { WorkerPool } from '../worker-pool/pool.js';
import type { CallLimits, ZenodoClient } from '../zenodo/client.js';
import { Denied, zenodoLate } from '../zenodo/judge.js';
import type { DraftRows } from './draft-rows.js';
import type { Lookups } from './lookups.js';

/** How long a call of ours may take altogether: `deadline` in milliseconds since the epoch. */
export interface Limits {
  deadline: number;
  signal?: AbortSignal | undefined;
}

/** Runs a call with a live token of Zenodo's; see connections/. */
export type WithToken = <T>(
  caller: Caller,
  call: (zenodoToken: string) => Promise<T>,
  options?: { depositionId?: number; signal?: AbortSignal; deadline?: number },
) => Promise<T>;

/** What the life of drafts needs from the rest of the service. */
export interface DraftsContext {
  database: Database;
  rows: DraftRows;
  zenodo: ZenodoClient;
  withToken: WithToken;
  /** Whether Zenodo has accepted a personal token lately. */
  isProven(caller: PersonalCaller): boolean;
  /** Where text of strangers is read. */
  workers: WorkerPool;
  /** Zenodo in a caller's name, within the time of one call. */
  zenodoFor(caller: Caller, limits: Limits): ZenodoInName;
  /** What Zenodo's vocabularies have been asked. */
  lookups: Lookups;
  /** A caller that stands for a connection, for work that nobody waits for. */
  backgroundCaller(connectionId: string): Promise<Caller>;
  uploads: {
    cancelFor(depositionId: number): Promise<void>;
    isOpen(depositionId: number): Promise<boolean>;
  };
  /** What Zenodo takes per deposition and file. */
  fileLimits: FileLimits;
  /** One line of the audit: an event and ids, nothing else. */
  audit(event: string, ids: Record<string, string | number | null>): void;
  now(): number;
}

/** Today in UTC, as YYYY-MM-DD. */
export function today(context: DraftsContext): string {
  return new Date(context.now()).toISOString().slice(0, 10);
}

/** Longest time a single call may take, in milliseconds. */
const LONGEST_CALL = 60_000;

/** Asks Zenodo one thing for a caller within what is left of the time. Throws a Problem, never Denied. */
export function ask<T>(
  context: DraftsContext,
  caller: Caller,
  limits: Limits,
  call: (token: string, limits: CallLimits) => Promise<T>,
  depositionId?: number,
): Promise<T> {
  return context.withToken(caller, (token) => call(token, callLimits(limits, context.now())), {
    deadline: limits.deadline,
    ...(limits.signal === undefined ? {} : { signal: limits.signal }),
    ...(depositionId === undefined ? {} : { depositionId }),
  });
}

/**
 * Makes sure that a caller is one before what they sent is read: anybody can make up a personal token, and Zenodo alone knows which are real. Throws
 * `invalid_token`.
 */
export async function prove(context: DraftsContext, caller: Caller, limits: Limits): Promise<void> {
  if (caller.kind === 'connection' || context.isProven(caller)) return;
  await ask(context, caller, limits, async (token, call) => {
    if (!(await context.zenodo.isAlive(token, call))) throw new Denied();
  });
}

function callLimits({ deadline, signal }: Limits, now: number): CallLimits {
  const left = deadline - now;
  if (left <= 0) throw zenodoLate();
  return { timeout: Math.min(left, LONGEST_CALL), signal };
}
