// Raw SQL: noting that a draft was examined is no change of it.

import type { Caller } from '../connections/caller.js';
import type { Prisma } from '../database/generated/client.js';
import { Problem } from '../errors.js';
import { currentRequestId, type Subject, subjectOf, underSubject } from '../log-subject.js';
import { countdown } from '../time.js';
import type { ZenodoDeposition } from '../zenodo/deposition.js';
import { type Call, openCall } from './call.js';
import type { DraftsContext } from './context.js';
import { deleteDraft } from './delete.js';
import { ownAndForeign } from './own-files.js';
import { fingerprint } from './view.js';

/** How long reading or deleting one draft may take. Milliseconds. */
const TIMEOUT = 45_000;

/** An unpublished draft that this service created, and whether it may be deleted. */
export interface AbandonedDraft {
  deposition_id: number;
  container_id: string | null;
  connection_id: string;
  made_at: string;
  title: string;
  /** Null if it may be deleted. */
  kept_because: string | null;
}

/** Which drafts a round looks at: none that was examined since, and only so many. */
export interface ExaminationRound {
  notSince: Date;
  most: number;
}

/**
 * Finds drafts that this service created before `olderThan` and that were neither published nor
 * deleted. Zenodo is asked about each, so work that repeats itself gives a `round`. One may be
 * deleted only if it is as this service left it: no reserved DOI, no change by another program, no
 * upload in progress.
 */
export async function* abandonedDrafts(
  context: DraftsContext,
  olderThan: Date,
  round?: ExaminationRound,
): AsyncGenerator<{ abandoned: AbandonedDraft; caller: Caller }> {
  const rows = await context.database.draft.findMany({
    where: {
      madeHere: true,
      connectionId: { not: null },
      depositionId: { not: null },
      publishedAt: null,
      deletedAt: null,
      updatedAt: { lt: olderThan },
      ...(round && { OR: [{ examinedAt: null }, { examinedAt: { lt: round.notSince } }] }),
    },
    orderBy: { createdAt: 'asc' },
    ...(round && { take: round.most }),
  });
  for (const row of rows) {
    if (row.connectionId === null || row.depositionId === null) continue;
    if (round) await noteExamination(context, row.id);
    const abandoned: AbandonedDraft = {
      deposition_id: Number(row.depositionId),
      container_id: row.containerId,
      connection_id: row.connectionId,
      made_at: row.createdAt.toISOString(),
      title: '',
      kept_because: null,
    };
    try {
      const { caller, deposition } = await underSubject(subjectOfAbandoned(abandoned), async () => {
        const background = await context.backgroundCaller(abandoned.connection_id);
        const call = openCall(context, background, { left: countdown(TIMEOUT) });
        const read = await call.deposits.read(abandoned.deposition_id);
        abandoned.title = read.title ?? '';
        abandoned.kept_because = await reasonToKeep(call, read, row.metadataHash);
        return { caller: background, deposition: read };
      });
      if (deposition.submitted) await markOver(context, row.id, { publishedAt: new Date(context.now()) });
      else yield { abandoned, caller };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      // Another program has already deleted it.
      if (error.code === 'deposition_not_found')
        await markOver(context, row.id, {
          current: false,
          deletedAt: new Date(context.now()),
          deletedBy: 'elsewhere',
        });
      else
        yield {
          abandoned: { ...abandoned, kept_because: `it cannot be read (${error.code})` },
          caller: NO_CALLER,
        };
    }
  }
}

/** Deletes an abandoned draft, because of its age or by order of the operator. */
export async function deleteAbandoned(
  context: DraftsContext,
  caller: Caller,
  abandoned: AbandonedDraft,
  by: 'age' | 'operator',
): Promise<void> {
  const id = abandoned.deposition_id;
  await underSubject(subjectOfAbandoned(abandoned), async () => {
    await deleteDraft(openCall(context, caller, { left: countdown(TIMEOUT) }), id, by);
    context.audit('draft_pruned', { deposition_id: id });
  });
}

function subjectOfAbandoned({ deposition_id, container_id, connection_id }: AbandonedDraft): Subject {
  return subjectOf({ request_id: currentRequestId(), deposition_id, container_id, connection_id });
}

const NO_CALLER: Caller = { kind: 'personal', owner: '', token: '' };

async function reasonToKeep(
  { caller, context, records }: Call,
  deposition: ZenodoDeposition,
  lastSeen: string | null,
): Promise<string | null> {
  const { id } = deposition;
  if (caller.kind !== 'connection' || String(deposition.owner) !== caller.zenodoUserId) {
    return 'it belongs to another user';
  }
  if (deposition.doi) return 'it has a DOI';
  if ((await context.uploads.openUpload(id)) !== null) return 'an upload to it is not finished';
  if (changedByHand(deposition, lastSeen)) return 'its metadata was changed at Zenodo';
  if ((await ownAndForeign(context, deposition)).foreign.length > 0)
    return 'it has files that this service has no record of';
  const draft = await records.getDraft(id);
  return Object.hasOwn(draft.pids ?? {}, 'doi') ? 'a DOI is reserved for it' : null;
}

/** Compares only the metadata: files that this service sends change the draft too. */
function changedByHand(deposition: ZenodoDeposition, lastSeen: string | null): boolean {
  if (lastSeen !== null) return fingerprint(deposition).split(':')[0] !== lastSeen.split(':')[0];
  const { prereserve_doi: _guess, access_right: _access, ...typed } = deposition.metadata;
  return Object.keys(typed).length > 0;
}

async function noteExamination({ database, now }: DraftsContext, id: string): Promise<void> {
  await database.$executeRaw`UPDATE drafts SET examined_at = ${new Date(now())} WHERE id = ${id}::uuid`;
}

async function markOver(context: DraftsContext, id: string, data: Prisma.DraftUpdateInput): Promise<void> {
  await context.database.draft.update({ where: { id }, data });
}
