import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { Caller, ConnectedCaller } from '../connections/caller.js';
import { daysBefore, KEPT_DAYS } from '../lifetimes.js';
import { every } from '../periodic.js';
import { serviceUrl } from '../urls.js';
import { type AbandonedDraft, abandonedDrafts, deleteAbandoned, type ExaminationRound } from './abandoned.js';
import { openCall } from './call.js';
import type { DraftsContext, Limits } from './context.js';
import { accessContext } from './manifest-guard.js';
import { sweepPending } from './sweep.js';
import { VocabularyCache } from './vocabulary-cache.js';

declare module 'fastify' {
  interface FastifyInstance {
    depositions: Depositions;
  }
}

/** Milliseconds between two sweeps of pending actions. */
const SWEEP_INTERVAL = 15_000;

/** Old drafts that one cleanup asks Zenodo about. Each is looked at once a day. */
const MOST_EXAMINED = 20;

type Depositions = ReturnType<typeof createDepositions>;

/** The life cycle of drafts. */
function createDepositions(context: DraftsContext) {
  const call = (caller: Caller, limits: Limits) => openCall(context, caller, limits);
  return {
    /** What the functions of this folder take: a caller's call, within its time. */
    call,

    read: (caller: Caller, depositionId: number, limits: Limits) =>
      call(caller, limits).deposits.read(depositionId),

    /** Newest first. Zenodo's index may lag behind by seconds. */
    list: (caller: Caller, page: number, size: number, limits: Limits) =>
      call(caller, limits).deposits.list({ page, size, sort: 'mostrecent', all_versions: 'true' }),

    /** Drafts that this service created before `olderThan` and that were never finished. */
    abandonedDrafts: (olderThan: Date, round?: ExaminationRound) =>
      abandonedDrafts(context, olderThan, round),

    deleteAbandoned: (caller: Caller, abandoned: AbandonedDraft, by: 'age' | 'operator') =>
      deleteAbandoned(context, caller, abandoned, by),

    sweepPending: (signal?: AbortSignal) => sweepPending(context, signal),

    /** The containers of an owner's depositions, by deposition id. */
    async containersOf(owner: string, depositionIds: number[]): Promise<Map<number, string | null>> {
      const rows = await context.database.draft.findMany({
        where: { owner, depositionId: { in: depositionIds } },
        select: { depositionId: true, containerId: true },
      });
      return new Map(rows.map((row) => [Number(row.depositionId), row.containerId]));
    },

    /**
     * Whether another connection has the current deposition of a container: its user may be logged
     * in to Zenodo with another account.
     */
    async isElsewhere(caller: ConnectedCaller, containerId: string): Promise<boolean> {
      const other = await context.database.draft.findFirst({
        where: {
          containerId,
          current: true,
          deletedAt: null,
          depositionId: { not: null },
          connectionId: { not: null },
          owner: { not: caller.owner },
        },
        select: { id: true },
      });
      return other !== null;
    },

    /** The depositions of a container, newest first, without deleted ones. */
    async idsFor(owner: string, containerId: string): Promise<number[]> {
      const rows = await context.database.draft.findMany({
        where: { owner, containerId, deletedAt: null, depositionId: { not: null } },
        select: { depositionId: true },
        orderBy: { createdAt: 'desc' },
        take: 20,
      });
      return rows.map((row) => Number(row.depositionId));
    },
  };
}

export const drafts = fp(
  async (app) => {
    const { config, connections, uploads, zenodo } = app;
    app.decorate(
      'depositions',
      createDepositions({
        ...accessContext(app),
        zenodo,
        backgroundCaller: (connectionId) => connections.backgroundCaller(connectionId),
        vocabularies: new VocabularyCache(),
        prove: (caller, limits) => connections.prove(caller, limits),
        uploads,
        fileLimits: config.uploads,
        links: () => ({ service: serviceUrl(app), browser: config.zenodoBrowserUrl }),
      }),
    );
    app.cleanup.add('drafts', () => sweepDrafts(app));
    startSweep(app);
  },
  { name: 'depositions', dependencies: ['cleanup', 'uploads'] },
);

/** Sweeps pending actions at an interval. */
function startSweep(app: FastifyInstance): void {
  const closing = new AbortController();
  const rounds = every(app.log, SWEEP_INTERVAL, 'processing pending actions', () =>
    app.depositions.sweepPending(closing.signal),
  );
  app.addHook('onClose', async () => {
    closing.abort();
    await rounds.stop();
  });
}

/**
 * Deletes old rows of personal tokens. Drafts themselves are deleted only if the operator has
 * configured it.
 */
async function sweepDrafts(app: FastifyInstance): Promise<Record<string, number>> {
  const before = (days: number) => daysBefore(app.dependencies.now(), days);
  const { count } = await app.database.draft.deleteMany({
    where: { connectionId: null, updatedAt: { lt: before(KEPT_DAYS.drafts) } },
  });
  let pruned = 0;
  if (app.config.pruneDraftsAfterDays !== undefined) {
    const olderThan = before(app.config.pruneDraftsAfterDays);
    const round = { notSince: before(1), most: MOST_EXAMINED };
    for await (const { abandoned, caller } of app.depositions.abandonedDrafts(olderThan, round)) {
      if (abandoned.kept_because !== null) continue;
      try {
        await app.depositions.deleteAbandoned(caller, abandoned, 'age');
        pruned += 1;
      } catch (err) {
        // Zenodo does not let go of this one. The others are deleted all the same.
        const { deposition_id, container_id, connection_id } = abandoned;
        const ids = { deposition_id, container_id, connection_id };
        app.log.warn({ err, ...ids }, 'an abandoned draft could not be deleted');
      }
    }
  }
  return { rows: count, pruned };
}
