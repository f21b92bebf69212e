import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * What work is about. Every line of the log that follows from the work has these fields, spelled
 * like this and no other way.
 */
export interface Subject {
  /** The id of the call that the work follows from; absent for what the service does by itself. */
  request_id?: string;
  upload_id?: string;
  deposition_id?: number;
  /** The container that the deposition stands for. */
  container_id?: string;
  connection_id?: string;
  upload_link_id?: string;
}

/** What may be known of a subject: null and undefined are not. */
type Known = { [K in keyof Subject]?: Subject[K] | null | undefined };

const subjects = new AsyncLocalStorage<Subject>();

/**
 * Runs `work`, and all that follows from it, about a subject of its own. `noteSubject` adds to that
 * object.
 */
export function underSubject<T>(subject: Subject, work: () => T): T {
  return subjects.run(subject, work);
}

/** Only what is known of a subject. */
export function subjectOf(known: Known): Subject {
  return Object.fromEntries(
    Object.entries(known).filter(([, value]) => value !== null && value !== undefined),
  );
}

/** Adds what has become known of what runs now is about. What runs about nothing stays so. */
export function noteSubject(known: Known): void {
  const subject = subjects.getStore();
  if (subject !== undefined) Object.assign(subject, subjectOf(known));
}

/** What the work is about that runs now; undefined outside of such work. */
export function currentSubject(): Readonly<Subject> | undefined {
  return subjects.getStore();
}

/**
 * The id of the call that what runs now follows from; undefined for what the service does by
 * itself.
 */
export function currentRequestId(): string | undefined {
  return subjects.getStore()?.request_id;
}
