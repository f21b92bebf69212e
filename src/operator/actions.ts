import { forgetUser } from '../connections/forget-user.js';
import type { Database } from '../database/prisma.js';
import { sendAgain } from '../events/events.js';
import { pause } from '../time.js';
import { createClaims } from '../uploads/rows/claims.js';
import { createKept } from '../uploads/rows/kept-uploads.js';
import { isUuid } from './search.js';

/** Who acts, for the log: by page or command, and with which request id. */
export interface Actor {
  by: 'page' | 'command';
  requestId: string;
  /** Of the browser. */
  address?: string;
}

/** Whether an action was carried out, and a sentence about it. */
interface Deed {
  done: boolean;
  said: string;
}

/**
 * How long a cancelled upload may take to end, in milliseconds: its process hears of it within 5 s,
 * or loses its lease within 15.
 */
const CANCEL_WAIT = 20_000;
const LOOK = 500;

/** Where actions are logged. */
interface AuditLog {
  info(line: object, message: string): void;
}

/** One line of the audit. */
export function noteDeed(log: AuditLog, what: string, { by, requestId, address }: Actor, ids: object): void {
  log.info({ audit: what, by, request_id: requestId, address, ...ids }, 'the operator performed an action');
}

/**
 * What an operator may do. All of it works through the database alone, so that a command need not
 * start a service; every deed leaves a line with `audit` in the log, and where it is about an
 * upload one in its history.
 */
export function createActions(database: Database, log: AuditLog) {
  const queue = createClaims(database, 'operator');
  const kept = createKept(database);

  const audit = (what: string, actor: Actor, ids: object) => noteDeed(log, what, actor, ids);
  const note = async (uploadId: string, actor: Actor, what: string) => {
    await database.$executeRaw`
      INSERT INTO upload_events (upload_id, kind, detail, request_id)
      SELECT id, 'operator', ${noteOf(actor, what)}, ${actor.requestId} FROM uploads WHERE id = ${uploadId}::uuid`;
  };
  const stateOf = async (id: string) =>
    isUuid(id)
      ? ((await database.upload.findUnique({ where: { id }, select: { state: true } }))?.state ?? null)
      : null;

  return {
    /** Ends an upload wherever it runs. What it has brought to Zenodo already stays there. */
    async cancel(id: string, actor: Actor): Promise<Deed> {
      const before = await stateOf(id);
      if (before === null) return { done: false, said: NO_UPLOAD };
      if (OVER.has(before)) return { done: false, said: `It has already ended: ${before}.` };
      await note(id, actor, 'cancelled it');
      audit('operator_cancelled', actor, { upload_id: id });
      const until = performance.now() + CANCEL_WAIT;
      while ((await queue.cancel({ id })).length > 0) {
        if (performance.now() > until)
          return {
            done: true,
            said: 'Its cancellation was requested, but the process that works on it has not responded yet.',
          };
        await pause(LOOK);
      }
      const after = await stateOf(id);
      return after === 'cancelled'
        ? { done: true, said: 'It is cancelled.' }
        : { done: false, said: `It ended before it could be cancelled: ${after}.` };
    },

    /**
     * Tries an upload now that rests because Zenodo would not take it, or one that failed and whose
     * bytes are kept.
     */
    async retry(id: string, actor: Actor): Promise<Deed> {
      const upload = isUuid(id) ? await database.upload.findUnique({ where: { id } }) : null;
      if (upload === null) return { done: false, said: NO_UPLOAD };
      const detail = noteOf(actor, AGAIN);
      let retried = await kept.retry(id, { detail, requestId: actor.requestId });
      if (!retried) {
        const count = await database.$executeRaw`
          UPDATE uploads SET next_at = now(), updated_at = now()
          WHERE id = ${id}::uuid AND state = 'queued'
            AND (lease_until IS NULL OR lease_until < now())`;
        retried = count > 0;
        if (retried) await note(id, actor, AGAIN);
      }
      if (!retried) return { done: false, said: whyNoRetry(upload) ?? 'It is already running.' };
      audit('operator_retried', actor, { upload_id: id });
      return { done: true, said: 'It is queued and starts within seconds.' };
    },

    /** Tells the application again what it was told, or not: the same id, the same words. */
    async sendAgain(id: string, actor: Actor): Promise<Deed> {
      if (!isUuid(id) || !(await sendAgain(database, id)))
        return { done: false, said: 'There is no such webhook, or it is already queued.' };
      audit('operator_sent_webhook', actor, { webhook_id: id });
      return { done: true, said: 'It is queued and is sent within seconds.' };
    },

    /**
     * Removes all that is kept of a Zenodo user: tokens, rows of drafts and uploads, bytes on their
     * way. Zenodo is not asked.
     */
    async forget(zenodoUserId: string, actor: Actor): Promise<Deed> {
      const connections = await forgetUser(database, zenodoUserId);
      if (connections === 0) return { done: false, said: 'There is no connection of this Zenodo user.' };
      audit('operator_forgot', actor, { zenodo_user_id: zenodoUserId, connections });
      return { done: true, said: `All data of Zenodo user ${zenodoUserId} is deleted.` };
    },
  };
}

const AGAIN = 'retried it';

/** The line in an upload's history. */
function noteOf({ by }: Actor, what: string): string {
  return `The operator ${what}, by ${by}.`;
}

const OVER: ReadonlySet<string> = new Set(['done', 'failed', 'cancelled']);

export const NO_UPLOAD = 'There is no upload with this id. Uploads that ended are kept for 30 days.';

/** The sentence if several uploads have ids with the same beginning. */
export function manyUploads(ids: readonly string[]): string {
  return `Enter more characters of the id. These ids match: ${ids.join(', ')}.`;
}

/** What it takes to say why an upload cannot be tried again. */
interface Stuck {
  state: string;
  containerId: string | null;
  depositionId: bigint | number;
  uploadLinkId: string | null;
}

/**
 * Why an upload cannot be tried again from here, and who has to do what; null if it can, or is
 * being worked on.
 */
export function whyNoRetry({ state, containerId, depositionId, uploadLinkId }: Stuck): string | null {
  if (state !== 'failed' && state !== 'cancelled') return WHY_NOT[state] ?? null;
  const said =
    state === 'failed'
      ? 'It failed permanently, and its bytes are no longer stored.'
      : 'It was cancelled, and its bytes are no longer stored.';
  const whither = containerId === null ? `deposition ${depositionId}` : `container ${containerId}`;
  const who =
    uploadLinkId === null
      ? `The application must send the files of ${whither} again.`
      : `The user must send the files of ${whither} again on the upload page, with a new link from the application.`;
  return `${said} ${who} Files that are already at Zenodo are not sent again.`;
}

/** Why an upload in a state cannot be tried again. */
const WHY_NOT: Record<string, string> = {
  done: 'It is done: all its files are at Zenodo.',
  receiving: 'Its files are still arriving.',
  waiting_for_authorization: 'The user must authorize again. Then it continues automatically.',
  stranded:
    'The machine that stores its bytes cannot be reached. It continues automatically when that machine is back.',
};
