// Raw SQL: rows of several tables are joined, and leases use the clock of the database.
import { Prisma } from '../database/generated/client.js';
import type { Database } from '../database/prisma.js';
import { CATALOGUE, type ErrorCode } from '../errors.js';
import { hasEnded } from '../uploads/model.js';
import { userMessage } from '../user-messages/user-message.js';
import { type DraftLine, fateOfDraft } from './drafts.js';
import { isUuid } from './search.js';
import { linesOf, type UploadLine } from './uploads.js';
import { HELD_BACK, whyNoRetry } from './why-not.js';

/** Files and history lines of an upload that are shown. Zenodo accepts 100 files. */
const MAX_FILES = 200;
const MAX_EVENTS = 500;

export interface HistoryFile {
  name: string;
  state: string;
  size: number | null;
  received: number;
  sent: number;
  rate: number;
  attempts: number;
  /** Why it, or its last attempt, failed. */
  code: string | null;
  detail: string | null;
  /** When it is retried; null if it does not wait. */
  next_at: Date | null;
}

/** A line in the history of an upload. */
export interface HistoryEvent {
  at: Date;
  kind: string;
  file_name: string | null;
  attempt: number | null;
  code: string | null;
  detail: string | null;
  zenodo_status: number | null;
  next_at: Date | null;
  replica: string | null;
  request_id: string;
}

/** Everything about one upload that the operator may see. */
export interface UploadHistory
  extends Pick<DraftLine, 'published_at' | 'deleted_at' | 'deleted_by' | 'deletion_request_id'> {
  upload: UploadLine;
  /** The process that works on it now, and its machine. */
  replica: string | null;
  host: string | null;
  /** The staging volume with its bytes, the machine that last reached it, and when. */
  volume: string;
  volume_host: string | null;
  volume_seen_at: Date | null;
  /** When bytes last arrived by tus. */
  active_at: Date | null;
  next_at: Date;
  deadline_at: Date;
  cancel_requested: boolean;
  /** Until when a failed upload can be retried. */
  kept_until: Date | null;
  upload_link_id: string | null;
  sync: boolean;
  warnings: string[];
  files: HistoryFile[];
  /** In chronological order; of a long history, the end. */
  events: HistoryEvent[];
}

/**
 * When the first waiting file is retried, and whether Zenodo itself asked for the wait, so that an
 * earlier retry is pointless. Null if none waits.
 */
export function nextAttempt({ files, upload }: UploadHistory): { at: Date; heldBack: boolean } | null {
  if (upload.finished_at !== null) return null;
  const [first] = files
    .flatMap(({ next_at: at, code }) => (at === null ? [] : [{ at, heldBack: code === HELD_BACK }]))
    .toSorted((a, b) => a.at.getTime() - b.at.getTime());
  return first ?? null;
}

/** What the user is told about an error of an upload, in English. Null if there is none. */
export function toldUser({ code, state }: Pick<UploadLine, 'code' | 'state'>): string | null {
  if (code === null || !Object.hasOwn(CATALOGUE, code)) return null;
  return userMessage(code as ErrorCode, 'en', { trying: !hasEnded(state) });
}

/** When the deposition of an upload was published or deleted. Null if that is not known. */
export function fateOf(history: UploadHistory): { at: Date; said: string } | null {
  const fate = fateOfDraft({ ...history, zenodo_user_id: history.upload.zenodo_user_id });
  return fate && { at: fate.at, said: fate.who === null ? fate.what : `${fate.what} ${fate.who}` };
}

/** Why the bytes of an ended upload are not stored, and who has to act. Null if that is not so. */
export function whyGone(history: UploadHistory, now: number): string | null {
  const { state } = history.upload;
  const isKept = history.kept_until !== null && history.kept_until.getTime() > now;
  return !hasEnded(state) || state === 'done' || isKept ? null : whyStuck(history);
}

/** Why an upload cannot be retried, and who has to act. Null if it can, or is running. */
function whyStuck({ upload, upload_link_id: uploadLinkId }: UploadHistory): string | null {
  const { state, container_id: containerId, deposition_id: depositionId } = upload;
  return whyNoRetry({ state, containerId, depositionId, uploadLinkId });
}

/** What the operator can do with an upload. */
export type ActionName = 'retry' | 'cancel';

/** The actions that can change something about an upload. */
export function actionsFor(history: UploadHistory, now: number): ActionName[] {
  const { state } = history.upload;
  const isToCome = (at: Date | null) => at !== null && at.getTime() > now;
  if (hasEnded(state)) return isToCome(history.kept_until) ? ['retry'] : [];
  const next = nextAttempt(history);
  const waits =
    (state === 'queued' && isToCome(history.next_at)) ||
    (next !== null && isToCome(next.at) && !next.heldBack);
  return waits ? ['retry', 'cancel'] : ['cancel'];
}

/** Why an action would change nothing, in a sentence. */
export function whyNot(action: ActionName, history: UploadHistory): string {
  if (action === 'cancel') return `It has already ended: ${history.upload.state}.`;
  const unknown = 'It is already running, or waits until Zenodo accepts calls. Its page says which.';
  return whyStuck(history) ?? unknown;
}

/** Null if there is no such upload: it was never accepted, or ended more than 30 days ago. */
export async function readUpload(database: Database, id: string): Promise<UploadHistory | null> {
  if (!isUuid(id)) return null;
  const [[upload], [more], files, events] = await Promise.all([
    linesOf(database, Prisma.sql`SELECT ${id}::uuid AS id`),
    database.$queryRaw<Omit<UploadHistory, 'upload' | 'files' | 'events'>[]>`
      SELECT coalesce(l.holder, t.holder) AS replica, r.host, u.volume, v.host AS volume_host, v.seen_at AS volume_seen_at, t.active_at,
        u.next_at, u.deadline_at, u.kept_until, u.upload_link_id, u.cancel_requested, u.sync, u.warnings,
        d.published_at, d.deleted_at, d.deleted_by::text AS deleted_by, d.deletion_request_id
      FROM uploads u LEFT JOIN staging_volumes v ON v.id = u.volume
      LEFT JOIN drafts d ON d.owner = u.owner AND d.deposition_id = u.deposition_id
      CROSS JOIN LATERAL (SELECT CASE WHEN u.lease_until > now() THEN u.lease_by END AS holder) l
      CROSS JOIN LATERAL (SELECT max(active_at) AS active_at,
          (array_agg(lease_by::text) FILTER (WHERE lease_until > now()))[1] AS holder
        FROM tus_files WHERE upload_id = u.id) t
      LEFT JOIN replicas r ON r.id::text = coalesce(l.holder, t.holder)
      WHERE u.id = ${id}::uuid`,
    database.$queryRaw<HistoryFile[]>`
      SELECT name, state::text AS state, size::float8 AS size, received::float8 AS received, sent::float8 AS sent, rate, attempts,
        error->>'code' AS code, error->>'detail' AS detail, next_at
      FROM (
        SELECT position, name, state, size, received, sent, rate, attempts, next_at,
          coalesce(error, CASE WHEN next_at IS NOT NULL THEN last_error END) AS error
        FROM upload_files WHERE upload_id = ${id}::uuid
        UNION ALL
        SELECT t.position, t.path, 'receiving', t.size, t.received, 0, 0, 0, NULL, NULL FROM tus_files t JOIN uploads u ON u.id = t.upload_id
        WHERE t.upload_id = ${id}::uuid AND u.state = 'receiving' AND NOT EXISTS (SELECT FROM upload_files f WHERE f.id = t.id)
      ) f ORDER BY position, name LIMIT ${MAX_FILES}::int`,
    database.$queryRaw<HistoryEvent[]>`
      SELECT at, kind::text AS kind, file_name, attempt, code, detail, zenodo_status, next_at, replica, request_id
      FROM upload_events WHERE upload_id = ${id}::uuid ORDER BY id DESC LIMIT ${MAX_EVENTS}::int`,
  ]);
  if (upload === undefined || more === undefined) return null;
  return { upload, ...more, files, events: events.reverse() };
}
