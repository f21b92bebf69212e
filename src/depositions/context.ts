import type { FastifyBaseLogger } from 'fastify';
import type { Caller, PersonalCaller } from '../connections/caller.js';
import type { ZenodoInName } from '../connections/zenodo-for-caller.js';
import type { Database } from '../database/prisma.js';
import type { FileLimits } from '../metadata/publish-rules.js';
import type { ThreadPool } from '../thread-pool/pool.js';
import type { ZenodoClient } from '../zenodo/client.js';
import type { DraftRepository } from './draft-repository.js';
import type { LinkBases } from './view.js';
import type { VocabularyCache } from './vocabulary-cache.js';

/** How long a call of ours may take altogether: `deadline` in milliseconds since the epoch. */
export interface Limits {
  deadline: number;
  signal?: AbortSignal | undefined;
}

/**
 * What reading, saving and restricting drafts needs from the rest of the service. It stands below
 * uploads, which ask for it.
 */
export interface AccessContext {
  database: Database;
  draftRepository: DraftRepository;
  /** Where text of strangers is read. */
  threads: ThreadPool;
  /** Zenodo in a caller's name, within the time of one call. */
  zenodoFor(caller: Caller, limits: Limits): ZenodoInName;
  log: FastifyBaseLogger;
  /** One line of the audit: an event and ids, nothing else. */
  audit(event: string, ids: Record<string, string | number | null>): void;
  now(): number;
}

/** What the life of drafts needs beyond that. */
export interface DraftsContext extends AccessContext {
  zenodo: ZenodoClient;
  /** Whether Zenodo has accepted a personal token lately. */
  isProven(caller: PersonalCaller): boolean;
  /** What Zenodo's vocabularies have been asked. */
  vocabularies: VocabularyCache;
  /** A caller that stands for a connection, for work that no caller waits for. */
  backgroundCaller(connectionId: string): Promise<Caller>;
  uploads: {
    cancelFor(depositionId: number): Promise<void>;
    isOpen(depositionId: number): Promise<boolean>;
  };
  /** What Zenodo takes per deposition and file. */
  fileLimits: FileLimits;
  /** Where links in events lead. */
  links(): LinkBases;
}

/** Today in UTC, as YYYY-MM-DD. */
export function today(context: Pick<AccessContext, 'now'>): string {
  return new Date(context.now()).toISOString().slice(0, 10);
}
