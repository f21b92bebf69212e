import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * What a piece of work is about. These fields are in every log line of that work, always under
 * these names.
 */
export interface Subject {
  /** The id of the call that caused the work. Absent for background work. */
  request_id?: string;
  upload_id?: string;
  deposition_id?: number;
  /** The container of the deposition. */
  container_id?: string;
  connection_id?: string;
  upload_link_id?: string;
}

/** Fields of a subject, some of which may be unknown. */
type KnownFields = { [K in keyof Subject]?: Subject[K] | null | undefined };

const subjects = new AsyncLocalStorage<Subject>();

/** Runs `work` with a subject of its own. `noteSubject` adds to it. */
export function underSubject<T>(subject: Subject, work: () => T): T {
  return subjects.run(subject, work);
}

/** Keeps only the known fields. */
export function subjectOf(known: KnownFields): Subject {
  return Object.fromEntries(
    Object.entries(known).filter(([, value]) => value !== null && value !== undefined),
  );
}

/** What a row is about. */
export interface SubjectRow {
  requestId: string | null;
  uploadId: string | null;
  depositionId: bigint | null;
  containerId: string | null;
  connectionId: string | null;
}

/** The subject of work that follows from a row, and from no call. */
export function subjectOfRow(row: SubjectRow): Subject {
  return subjectOf({
    request_id: row.requestId,
    upload_id: row.uploadId,
    deposition_id: row.depositionId === null ? null : Number(row.depositionId),
    container_id: row.containerId,
    connection_id: row.connectionId,
  });
}

/** Adds what has become known of what runs now is about. What runs about nothing stays so. */
export function noteSubject(known: KnownFields): void {
  const subject = subjects.getStore();
  if (subject !== undefined) Object.assign(subject, subjectOf(known));
}

/** The subject of the current work; undefined outside of `underSubject`. */
export function currentSubject(): Readonly<Subject> | undefined {
  return subjects.getStore();
}

/** The id of the call that caused the current work; undefined for background work. */
export function currentRequestId(): string | undefined {
  return subjects.getStore()?.request_id;
}
