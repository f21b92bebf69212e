// Raw SQL: waits and leases are by the clock of the database.
import { forgetUser } from '../connections/forget-user.js';
import type { Upload } from '../database/generated/client.js';
import type { Database } from '../database/prisma.js';
import { Problem } from '../errors.js';
import { sendAgain } from '../events/events.js';
import { subjectOfRow, underSubject } from '../log-subject.js';
import { createReplicas } from '../replicas.js';
import { countdown, poll } from '../time.js';
import { hasEnded } from '../uploads/model.js';
import { createKeptUploads } from '../uploads/rows/kept-uploads.js';
import { ENDED, type ReportChanges } from '../uploads/rows/state-changes.js';
import { createUploadQueue } from '../uploads/rows/upload-queue.js';
import { isUuid } from './search.js';
import { whyNoneIsSent } from './webhooks.js';
import { HELD_BACK, NO_UPLOAD, NO_WEBHOOK, whyNoRetry } from './why-not.js';

/** Who acts, for the log: through the page or a command, and with which request id. */
export interface Actor {
  by: 'page' | 'command';
  requestId: string;
  /** The browser's address. */
  address?: string;
}

/** The result of an action, and a sentence about it. */
export interface ActionResult {
  done: boolean;
  /** Whether a process that does the rest has not responded yet. */
  pending?: boolean;
  said: string;
}

/**
 * How long a cancelled upload may take to end, in milliseconds: its process notices within 5 s, or
 * loses its lease within 15.
 */
const CANCEL_WAIT = 20_000;
const LOOK = 500;

/** Where actions are logged. */
interface AuditLog {
  info(line: object, message: string): void;
}

/** Writes one line of the audit log. */
export function auditAction(
  log: AuditLog,
  what: string,
  { by, requestId, address }: Actor,
  ids: object,
): void {
  log.info({ audit: what, by, request_id: requestId, address, ...ids }, 'the operator performed an action');
}

export type Actions = ReturnType<typeof createActions>;

/**
 * What an operator can do. Actions only need the database, so that a command need not start a
 * service. Each one writes a line with `audit` to the log, and an action on an upload one to its
 * history. `report` receives the uploads that an action has ended.
 */
export function createActions(database: Database, log: AuditLog, report?: ReportChanges) {
  const queue = createUploadQueue(database, 'operator', report);
  const kept = createKeptUploads(database);

  const audit = (what: string, actor: Actor, ids: object) => auditAction(log, what, actor, ids);
  const find = async (id: string) =>
    isUuid(id) ? await database.upload.findUnique({ where: { id } }) : null;

  /** What an upload waits for if the operator cannot help, in a sentence. */
  const whyItWaits = async ({ id, state, nextAt }: Upload): Promise<string> => {
    if (state === 'queued' && nextAt.getTime() <= Date.now())
      return 'It is already queued and starts within seconds.';
    const waiting = await database.uploadFile.findFirst({
      where: { uploadId: id, nextAt: { gt: new Date() } },
      orderBy: { nextAt: 'asc' },
    });
    if (waiting?.nextAt == null) return 'It is already running.';
    return `Zenodo accepts no calls at the moment. The next attempt is at ${waiting.nextAt.toISOString()}: before that, Zenodo would refuse it.`;
  };

  return {
    /** Cancels an upload in any process. What is already at Zenodo stays there. */
    async cancel(id: string, actor: Actor): Promise<ActionResult> {
      const before = await find(id);
      if (before === null) return { done: false, said: NO_UPLOAD };
      const asked = await database.$executeRaw`
        INSERT INTO upload_events (upload_id, kind, detail, request_id)
        SELECT id, 'operator', ${noteOf(actor, 'asked to cancel it')}, ${actor.requestId} FROM uploads
        WHERE id = ${id}::uuid AND state NOT IN ${ENDED}`;
      const stateNow = async () => (await find(id))?.state;
      if (asked === 0)
        return { done: false, said: `It has already ended: ${(await stateNow()) ?? 'removed'}.` };
      let isAsked = false;
      const look = async () => {
        const held = await queue.cancel({ id });
        isAsked ||= held.length > 0;
        return held.length === 0 || null;
      };
      let state: string | undefined;
      try {
        await underSubject({ request_id: actor.requestId }, () =>
          poll(look, { interval: LOOK, left: countdown(CANCEL_WAIT) }),
        );
        state = await stateNow();
      } catch (error) {
        // It was asked for, whatever keeps us from seeing how that ends.
        if (isAsked)
          audit('operator_cancelled', actor, { ...idsOf({ ...before, uploadId: id }), state: 'unknown' });
        throw error;
      }
      if (state !== 'cancelled' && (state === undefined || hasEnded(state)))
        return { done: false, said: `It ended before it could be cancelled: ${state ?? 'removed'}.` };
      audit('operator_cancelled', actor, { ...idsOf({ ...before, uploadId: id }), state });
      if (state === 'cancelled') return { done: true, said: 'It is cancelled.' };
      return {
        done: true,
        pending: true,
        said: 'Its cancellation was requested, but the process that works on it has not responded yet.',
      };
    },

    /**
     * Retries an upload now that waits because Zenodo did not accept it, or one that failed and
     * whose bytes are kept.
     */
    async retry(id: string, actor: Actor): Promise<ActionResult> {
      const upload = await find(id);
      if (upload === null) return { done: false, said: NO_UPLOAD };
      const detail = noteOf(actor, 'retried it');
      let retried: boolean;
      try {
        retried = await kept.retry(id, { detail, requestId: actor.requestId });
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        return { done: false, said: `${error.detail} Try again in a minute.` };
      }
      if (!retried) {
        // A running upload waits per file, in its process.
        const told = await database.$executeRaw`
          WITH queued AS (
            UPDATE uploads SET next_at = now(), updated_at = now()
            WHERE id = ${id}::uuid AND state = 'queued' AND next_at > now() + interval '1 second'
              AND (lease_until IS NULL OR lease_until < now())
            RETURNING id
          ), files AS (
            UPDATE upload_files SET next_at = now(), updated_at = now()
            WHERE upload_id = ${id}::uuid AND next_at > now() + interval '1 second' AND state NOT IN ('uploaded', 'unchanged', 'failed')
              AND last_error->>'code' IS DISTINCT FROM ${HELD_BACK}
            RETURNING upload_id
          )
          INSERT INTO upload_events (upload_id, kind, detail, request_id)
          SELECT id, 'operator', ${detail}, ${actor.requestId}
          FROM (SELECT id FROM queued UNION SELECT upload_id FROM files) retried`;
        retried = told > 0;
      }
      if (!retried) return { done: false, said: whyNoRetry(upload) ?? (await whyItWaits(upload)) };
      audit('operator_retried', actor, idsOf({ ...upload, uploadId: id }));
      return { done: true, said: 'It is queued and starts within seconds.' };
    },

    /**
     * Sends a webhook again, with the same id and content. One that waits for its next delivery is
     * sent now, after those that must come first.
     */
    async sendAgain(id: string, actor: Actor): Promise<ActionResult> {
      const why = whyNoneIsSent(await createReplicas(database).living());
      if (why !== null) return { done: false, said: why };
      const { ids, isPending } = isUuid(id) ? await sendAgain(database, id) : { ids: [], isPending: false };
      if (ids.length === 0) {
        const said = isPending ? 'It is already queued and is sent within seconds.' : NO_WEBHOOK;
        return { done: false, said };
      }
      const event = await database.event.findUnique({ where: { id } });
      audit('operator_sent_webhook', actor, { event_id: id, ...(event === null ? {} : idsOf(event)) });
      const before = ids.filter((one) => one !== id);
      if (before.length === 0) return { done: true, said: 'It is queued and is sent within seconds.' };
      const said = `It waits for earlier webhooks, which are sent now: ${before.join(', ')}. It is sent after them.`;
      return { done: true, said };
    },

    /**
     * Deletes all data of a Zenodo user: tokens, rows of drafts and uploads, and soon staged
     * bytes. Zenodo is not asked.
     */
    async forget(zenodoUserId: string, actor: Actor): Promise<ActionResult> {
      const connections = await forgetUser(database, zenodoUserId);
      if (connections === 0) return { done: false, said: 'There is no connection of this Zenodo user.' };
      audit('operator_forgot', actor, { zenodo_user_id: zenodoUserId, connections });
      return {
        done: true,
        said: `All data of Zenodo user ${zenodoUserId} is deleted. Bytes on disk are removed within two minutes.`,
      };
    },
  };
}

/** The line in an upload's history. */
function noteOf({ by }: Actor, what: string): string {
  return `The operator ${what}, by ${by}.`;
}

/** What a line about a row names, besides the operator's own request. */
function idsOf(row: Omit<Parameters<typeof subjectOfRow>[0], 'requestId'>): object {
  return subjectOfRow({ ...row, requestId: null });
}
