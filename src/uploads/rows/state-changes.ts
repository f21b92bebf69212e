import { Prisma, type UploadState } from '../../database/generated/client.js';
import { currentRequestId } from '../../log-subject.js';
import type { Metrics } from '../../metrics.js';
import { ENDED_STATES } from '../model.js';

/** An upload whose state was just changed by a statement that returns `STATE_CHANGE`. */
export interface StateChange {
  upload_id: string;
  deposition_id: number;
  container_id: string | null;
  connection_id: string | null;
  request_id: string;
  state: UploadState;
  /** The error code; null if there is none. */
  code: string | null;
  /** Since its first byte. */
  seconds: number;
  /** Of all its files. */
  bytes: number;
  /** Its files came by tus. */
  resumable: boolean;
  /** It had failed before, and was retried. */
  again: boolean;
}

/** The list of states of an upload that has ended, for `IN`. */
export const ENDED = Prisma.raw(`(${ENDED_STATES.map((state) => `'${state}'`).join(', ')})`);

/** Columns of `uploads` that a statement returns to report a change. */
export const STATE_CHANGE = Prisma.sql`
  uploads.id AS upload_id, uploads.deposition_id::float8 AS deposition_id, uploads.container_id, uploads.connection_id,
  uploads.request_id, uploads.state, uploads.resumable, uploads.error->>'code' AS code,
  extract(epoch FROM now() - uploads.created_at)::float8 AS seconds,
  (SELECT coalesce(sum(size), 0) FROM upload_files WHERE upload_id = uploads.id)::float8 AS bytes,
  EXISTS (SELECT FROM upload_events e WHERE e.upload_id = uploads.id AND e.kind = 'failed') AS again`;

/** Where changes are logged. */
interface ChangeLog {
  info(line: object, message: string): void;
  warn(line: object, message: string): void;
}

/** Reports state changes to the log and the metrics. */
export type ReportChanges = (changes: readonly StateChange[]) => void;

/** Size classes of uploads in the metrics, with their upper bounds in bytes. */
const SIZES: [number, string][] = [
  [1e7, 'up to 10 MB'],
  [1e8, 'up to 100 MB'],
  [1e9, 'up to 1 GB'],
  [1e10, 'up to 10 GB'],
];

const SENTENCES: Partial<Record<UploadState, string>> = {
  done: 'an upload has ended: all of it is at Zenodo',
  failed: 'an upload has ended: it failed',
  cancelled: 'an upload has ended: it was cancelled',
  waiting_for_authorization: 'an upload waits for its user',
  stranded: 'an upload waits for the machine that stores its bytes',
  queued: 'an upload continues: the machine that stores its bytes is back',
};

/**
 * The only place that logs and counts the outcome of uploads. Called wherever a state is written. A
 * command has no metrics.
 */
export function createChangeReport(
  log: ChangeLog,
  metrics?: Pick<Metrics, 'uploads' | 'uploadSeconds'>,
): ReportChanges {
  return (changes) => {
    for (const one of changes) {
      const { request_id, container_id, connection_id, code, seconds, again, resumable, ...change } = one;
      const { state, bytes } = change;
      const line = {
        ...change,
        // Set to undefined, because the surrounding subject may have another container.
        container_id: container_id ?? undefined,
        connection_id: connection_id ?? undefined,
        ...(currentRequestId() === undefined ? { request_id } : {}),
        code: code ?? undefined,
        seconds: Math.round(seconds * 1000) / 1000,
      };
      log[state === 'done' || state === 'cancelled' || state === 'queued' ? 'info' : 'warn'](
        line,
        SENTENCES[state] ?? 'an upload was left',
      );
      if (state !== 'done' && state !== 'failed' && state !== 'cancelled') continue;
      // An upload that the operator retries is counted as failed only once.
      if (state === 'failed' && again) continue;
      // The user had a day to continue, and did not.
      const outcome = state === 'failed' && resumable && code === 'incomplete_body' ? 'abandoned' : state;
      metrics?.uploads.inc({ outcome, code: code ?? 'none' });
      if (state === 'done') metrics?.uploadSeconds.observe({ size: sizeOf(bytes) }, seconds);
    }
  };
}

function sizeOf(bytes: number): string {
  return SIZES.find(([most]) => bytes <= most)?.[1] ?? 'more than 10 GB';
}
