import { type Static, type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';
import { type FieldFault, Problem, type ProblemMembers, problem } from '../errors.js';
import { askedPause } from './rate-budget.js';
import type { ZenodoAnswer, ZenodoDownload } from './send.js';

/** What an answer says of the token: Zenodo's 403 does not tell a dead one from another user's deposition (zenodo/zenodo#2543). */
export type Verdict =
  /** It served. */
  | 'good'
  /** It may be dead, or this user may not do that. */
  | 'refused'
  /** The same, but if the token is alive the same call may succeed. */
  | 'refused_in_passing'
  /** What does not exist is looked for before the token is. */
  | 'missing'
  /** Something else went wrong. */
  | 'other';

/** Reads out of an answer what it says of the token that it was asked with. */
export function verdictOf(answer: ZenodoAnswer | ZenodoDownload): Verdict {
  if ('body' in answer) return 'good';
  const { status } = answer;
  if (status === 401 || (status === 403 && answer.json !== undefined)) return 'refused';
  // A dead token together with a cookie; we keep none, a proxy might (eblondel/zen4R#193).
  if (status === 400 && excerpt(answer).message.startsWith('CSRF')) return 'refused_in_passing';
  if (status === 404 || status === 410) return 'missing';
  return status >= 200 && status <= 299 ? 'good' : 'other';
}

/** Which endpoint answered: the same status means different things at different places. */
export type Endpoint = 'deposition' | 'publish' | 'newversion' | 'file' | 'record' | 'listing';

const ErrorBody = Type.Object({
  message: Type.Optional(Type.String()),
  errors: Type.Optional(
    Type.Array(
      Type.Object({
        field: Type.Optional(Type.String()),
        message: Type.Optional(Type.String()),
        messages: Type.Optional(Type.Array(Type.String())),
      }),
    ),
  ),
});

/** The body of a success as `schema` describes it. Throws the Problem that our caller is answered with. */
export function judge<T extends TSchema>(answer: ZenodoAnswer, endpoint: Endpoint, schema: T): Static<T> {
  if (answer.status < 200 || answer.status > 299) throw refusal(answer, endpoint);
  if (Value.Check(schema, answer.json)) return answer.json;
  throw problem(
    'zenodo_invalid_answer',
    'Zenodo said yes in a form this service does not know. Try again later.',
    {
      zenodo: excerpt(answer),
    },
  );
}

/** Like `judge` for answers without a body that matters. */
export function judgeEmpty(answer: ZenodoAnswer, endpoint: Endpoint): void {
  if (answer.status < 200 || answer.status > 299) throw refusal(answer, endpoint);
}

/** What an answer that is no success means to our caller. */
export function refusal(answer: ZenodoAnswer, endpoint: Endpoint): Problem {
  const { status } = answer;
  const zenodo = excerpt(answer);
  const verdict = verdictOf(answer);
  if (verdict === 'refused' || verdict === 'refused_in_passing') {
    return problem('zenodo_refused', 'Zenodo does not let this user do that.', { zenodo });
  }
  if (status === 404 || status === 410) return missing(endpoint, zenodo);
  if (status === 429) {
    const retryAfter = retryAfterSeconds(answer);
    return problem('too_many_requests', `Zenodo takes no more calls for now. Try again in ${retryAfter} s.`, {
      retry_after: retryAfter,
      zenodo,
    });
  }
  if (status === 400 && answer.json !== undefined) return invalid(answer, endpoint, zenodo);
  if (status === 412)
    return problem('metadata_conflict', 'The deposition was changed meanwhile. Read it and try again.', {
      zenodo,
    });
  if (status === 413) return problem('quota_exceeded', 'Zenodo finds the file too large.', { zenodo });
  if (status === 504) return problem('zenodo_timeout', 'Zenodo took too long. Try again later.', { zenodo });
  if (status >= 500) return problem('zenodo_error', 'Zenodo failed. Try again later.', { zenodo });
  return problem(
    'zenodo_refused',
    'Zenodo refused what this service sent, for a reason that is not the caller’s. Repeating will not help; tell the operator.',
    { zenodo },
  );
}

/** Turns a failure to get any answer into a Problem; Problems and aborts by our own caller pass through. */
export function unreachable(error: unknown, signal?: AbortSignal): unknown {
  if (error instanceof Problem) return error;
  if (signal?.aborted && !isLate(signal.reason)) return signal.reason;
  const { code } = error as { code?: string };
  const late =
    isLate(error) || isLate(signal?.reason) || (code ?? '').endsWith('_TIMEOUT') || code === 'ETIMEDOUT';
  return late
    ? zenodoLate(error)
    : problem('zenodo_unreachable', 'The connection to Zenodo failed. Try again later.', {}, error);
}

/** Zenodo was waited for as long as its caller is. */
export function zenodoLate(cause?: unknown): Problem {
  return problem('zenodo_timeout', 'Zenodo did not answer in time. Try again later.', {}, cause);
}

/** True for what a deadline of ours is aborted with. */
function isLate(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'TimeoutError';
}

/** Zenodo's field errors: `messages` today, `message` on the old platform. */
export function fieldFaults(answer: ZenodoAnswer): FieldFault[] {
  if (!Value.Check(ErrorBody, answer.json)) return [];
  return (answer.json.errors ?? []).map((item) => ({
    field: item.field ?? '',
    message: item.messages?.join(' ') ?? item.message ?? '',
  }));
}

/** Seconds to wait after a 429, as far as what Zenodo says of it can be believed. */
export function retryAfterSeconds({ headers }: ZenodoAnswer): number {
  return Math.ceil((askedPause(headers) ?? 60_000) / 1000);
}

function missing(endpoint: Endpoint, zenodo: ProblemMembers['zenodo']): Problem {
  const members = zenodo ? { zenodo } : {};
  return endpoint === 'file'
    ? problem('file_not_found', 'Zenodo does not know this file, or the draft takes no files.', members)
    : problem(
        'deposition_not_found',
        'Zenodo does not know this deposition. Check the id, or create a new draft.',
        members,
      );
}

function invalid(
  answer: ZenodoAnswer,
  endpoint: Endpoint,
  zenodo: { status: number; message: string },
): Problem {
  const errors = fieldFaults(answer);
  if (/quota exceeded|maximum file size|max amount per record/i.test(zenodo.message)) {
    return problem('quota_exceeded', `Zenodo refuses the file: ${zenodo.message}`, { zenodo });
  }
  if (/open review/i.test(zenodo.message)) {
    return problem(
      'review_open',
      'This draft has an open review of a community. Hand it in and wait for the decision, or cancel the review on Zenodo’s page, then try again.',
      { zenodo },
    );
  }
  if (endpoint === 'publish') {
    return problem(
      'not_publishable',
      errors.length > 0
        ? 'Zenodo refuses to publish. Correct the fields listed in errors and try again.'
        : /files/i.test(zenodo.message)
          ? 'Zenodo publishes no draft without files. Upload at least one, then publish.'
          : `Zenodo refuses to publish: ${zenodo.message}`,
      { errors, zenodo },
    );
  }
  if (endpoint === 'file')
    return problem('zenodo_refused', `Zenodo refused the file: ${zenodo.message}`, { zenodo });
  return problem('invalid_metadata', `Zenodo refused the metadata: ${zenodo.message}`, { errors, zenodo });
}

/** As much of what Zenodo says is looked at for the 300 characters that are passed on. */
const MAX_READ = 10_000;

function excerpt(answer: ZenodoAnswer): { status: number; message: string } {
  const said = Value.Check(ErrorBody, answer.json)
    ? (answer.json.message ?? '')
    : answer.text.slice(0, MAX_READ).replace(/<[^<>]*>/g, ' ');
  return {
    status: answer.status,
    message: said.slice(0, MAX_READ).replace(/\s+/g, ' ').trim().slice(0, 300),
  };
}
