import type { FastifyBaseLogger } from 'fastify';
import type { Caller } from '../connections/caller.js';
import type { ZenodoInName } from '../connections/zenodo-for-caller.js';
import type { Database } from '../database/prisma.js';
import type { FileLimits } from '../metadata/publish-rules.js';
import type { ThreadPool } from '../thread-pool/pool.js';
import type { ZenodoClient } from '../zenodo/client.js';
import type { DraftRepository } from './draft-repository.js';
import type { LinkBases } from './view.js';
import type { VocabularyCache } from './vocabulary-cache.js';

/** The time of one call. */
export interface Limits {
  /** Returns the milliseconds that are left, whatever happens to the clock. */
  left(): number;
  signal?: AbortSignal | undefined;
}

/** What reading, saving and restricting drafts needs. Uploads use it too. */
export interface AccessContext {
  database: Database;
  draftRepository: DraftRepository;
  /** Threads that parse text from outside. */
  threads: ThreadPool;
  /** Zenodo in a caller's name, within the time of one call. */
  zenodoFor(caller: Caller, limits: Limits): ZenodoInName;
  log: FastifyBaseLogger;
  /** Writes one line of the audit log: an event and ids, nothing else. */
  audit(event: string, ids: Record<string, string | number | null>): void;
  now(): number;
}

/** What the life cycle of drafts needs in addition. */
export interface DraftsContext extends AccessContext {
  zenodo: ZenodoClient;
  /**
   * Makes sure that a caller is real before their body is parsed: anybody can invent a personal
   * token, and only Zenodo knows which exist. Throws `invalid_token`.
   */
  prove(caller: Caller, limits: Limits): Promise<void>;
  /** Answers of Zenodo's vocabularies. */
  vocabularies: VocabularyCache;
  /** A caller for background work of a connection. */
  backgroundCaller(connectionId: string): Promise<Caller>;
  uploads: {
    cancelFor(depositionId: number): Promise<void>;
    openUpload(depositionId: number, tx?: Pick<Database, 'upload'>): Promise<string | null>;
    forgetDraft(depositionId: number): void;
  };
  /** Zenodo's limits per deposition and file. */
  fileLimits: FileLimits;
  /** Bases of the links in events. */
  links(): LinkBases;
}

/** The day in UTC, as YYYY-MM-DD. */
export function today(context: Pick<AccessContext, 'now'>): string {
  return new Date(context.now()).toISOString().slice(0, 10);
}
