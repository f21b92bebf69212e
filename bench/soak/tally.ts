import { CATALOGUE, type ErrorCode } from '../../src/errors.js';

/** Failures of Zenodo, and other errors that a caller may repeat. */
const AGAIN: ReadonlySet<ErrorCode> = new Set([
  'zenodo_error',
  'zenodo_unreachable',
  'zenodo_timeout',
  'zenodo_invalid_answer',
  'zenodo_refused',
  'transfer_failed',
  'outcome_unknown',
  'operation_in_progress',
  'too_many_requests',
  'metadata_conflict',
]);

/** Other errors that a caller who makes no mistake may receive here. */
const EXPECTED: ReadonlySet<ErrorCode> = new Set([
  'reauthorization_required',
  'invalid_token',
  'code_refused',
  'upload_unfinished',
  'upload_cancelled',
  // By tus, for a sender that asked for the offset while its interrupted request was still being
  // written.
  'upload_offset_mismatch',
  'upload_locked',
]);

/** A response as the tally sees it. */
interface Counted {
  status: number;
  body: Record<string, unknown>;
}

export type Tally = ReturnType<typeof createTally>;

/** Counts what happened, and remembers what must not happen. */
export function createTally() {
  const counts = new Map<string, number>();
  const wrong: string[] = [];
  const states = new Map<string, string>();
  const count = (what: string) => void counts.set(what, (counts.get(what) ?? 0) + 1);

  return {
    counts,
    /** What was untrue or undocumented, one line each. */
    wrong,
    count,
    fault: (what: string) => void wrong.push(`${new Date().toISOString()} ${what}`),

    /** The last thing that callers were told about each upload, by its id. */
    states,
    told: (uploadId: string, state: string) => void states.set(uploadId, state),

    /** Counts a response. A response that no caller can have caused is a fault. */
    answer(call: string, { status, body }: Counted): void {
      const code = typeof body['code'] === 'string' ? body['code'] : '';
      count(`${call} ${status}${code === '' ? '' : ` ${code}`}`);
      if (status < 300) return;
      const known = AGAIN.has(code as ErrorCode) || EXPECTED.has(code as ErrorCode);
      if (!known || CATALOGUE[code as ErrorCode].status !== status) {
        wrong.push(`${new Date().toISOString()} ${call} answers ${status}: ${JSON.stringify(body)}`);
      }
    },
  };
}

/** Whether the documents tell the caller to repeat the call. */
export function mayRepeat({ body }: Counted): boolean {
  return AGAIN.has(body['code'] as ErrorCode);
}
