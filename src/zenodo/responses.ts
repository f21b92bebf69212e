import { type Static, type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';
import { type FieldFault, Problem, type ProblemMembers, problem } from '../errors.js';
import { retryAfterSeconds } from './rate-limit.js';
import type { ZenodoAnswer, ZenodoDownload } from './send.js';

/**
 * What an answer says about the token. A 403 may mean a dead token or another user's deposition
 * (zenodo/zenodo#2543).
 */
export type Verdict =
  /** It was accepted. */
  | 'good'
  /** It may be dead, or this user may not do that. */
  | 'refused'
  /** The same, but if the token is alive, the same call may succeed. */
  | 'refused_in_passing'
  /** Zenodo looks up the resource before the token. */
  | 'missing'
  /** Something else went wrong. */
  | 'other';

/** What an answer says about its token. */
export function verdictOf(answer: ZenodoAnswer | ZenodoDownload): Verdict {
  if ('body' in answer) return 'good';
  const { status } = answer;
  if (status === 401 || (status === 403 && answer.json !== undefined)) return 'refused';
  // A dead token together with a cookie. This service keeps none, but a proxy might
  // (eblondel/zen4R#193).
  if (status === 400 && excerpt(answer).message.startsWith('CSRF')) return 'refused_in_passing';
  if (status === 404 || status === 410) return 'missing';
  return status >= 200 && status <= 299 ? 'good' : 'other';
}

/**
 * What Zenodo was asked to do, as named in a refusal. The same status means different things for
 * different requests.
 */
const ASKED = {
  create: 'to create a draft',
  read: 'to return the deposition',
  describe: 'the metadata',
  delete: 'to delete the draft',
  publish: 'to publish',
  edit: 'to open the deposition for an edit',
  discard: 'to discard the edit',
  newversion: 'to create a new version',
  importFiles: 'to take over the files of the version before',
  reserveDoi: 'to reserve a DOI',
  putFile: 'the file',
  getFile: 'to send the file',
  deleteFile: 'to delete the file',
  list: 'to list depositions',
  account: 'to return the account',
  lookUp: 'to search its vocabularies',
  askCommunity: 'to ask the community',
};

export type Asked = keyof typeof ASKED;

/** Locked, Too Early: the same request may succeed later. */
const PASSING: ReadonlySet<number> = new Set([423, 425]);

/** Requests that are not about an existing deposition. */
const OF_NOTHING: ReadonlySet<Asked> = new Set(['create', 'list', 'account', 'lookUp']);

/** Requests about one file. */
const OF_FILES: ReadonlySet<Asked> = new Set(['putFile', 'getFile', 'deleteFile']);

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

/** The body of a success, checked against `schema`. Throws the Problem for the caller. */
export function parse<T extends TSchema>(answer: ZenodoAnswer, asked: Asked, schema: T): Static<T> {
  if (answer.status < 200 || answer.status > 299) throw refusalProblem(answer, asked);
  if (Value.Check(schema, answer.json)) return answer.json;
  throw unknownForm(excerpt(answer), UNKNOWN_FORM);
}

const UNKNOWN_FORM = 'Zenodo reported success in a form that this service does not know.';

/**
 * Zenodo's application itself failed, and rolled its transaction back. A page with the same status
 * comes from a proxy, and Zenodo may still be at work.
 */
export class RolledBack extends Problem {}

/** The problem for a success that this service cannot use. */
export function unknownForm(zenodo: ProblemMembers['zenodo'], detail: string): Problem {
  return problem('zenodo_invalid_answer', `${detail} Try again later.`, zenodo ? { zenodo } : {});
}

/** Throws the Problem for the caller unless a deposition is the one that Zenodo was asked for. */
export function requireId<T extends { id: number }>(found: T, id: number): T {
  if (found.id === id) return found;
  throw unknownForm(undefined, `Zenodo responded with deposition ${found.id} instead of ${id}.`);
}

/**
 * Like `parse`, for answers whose content does not matter. A page says nothing: a proxy may show
 * one with status 200 while Zenodo is down for maintenance.
 */
export function requireSuccess(answer: ZenodoAnswer, asked: Asked): void {
  if (answer.status < 200 || answer.status > 299) throw refusalProblem(answer, asked);
  if (answer.json === undefined && answer.text.trim() !== '')
    throw unknownForm(excerpt(answer), UNKNOWN_FORM);
}

/** What an unsuccessful answer means to the caller. */
export function refusalProblem(answer: ZenodoAnswer, asked: Asked): Problem {
  const { status } = answer;
  const zenodo = excerpt(answer);
  if (status < 300) return unknownForm(zenodo, `Zenodo responded with the unexpected status ${status}.`);
  // Redirects are not followed, so that no token reaches another host (zenodo/zenodo#2286).
  if (status < 400) {
    const detail = `Zenodo responded with a redirect (status ${status}), which this service does not follow. Tell the operator to check ZENODO_URL.`;
    return problem('zenodo_refused', detail, { zenodo });
  }
  const verdict = verdictOf(answer);
  if (verdict === 'refused' || verdict === 'refused_in_passing') {
    const why = zenodo.message === '' ? '.' : `: ${zenodo.message}`;
    return problem('zenodo_refused', `Zenodo does not allow this user to do that${why}`, { zenodo });
  }
  if ((status === 404 || status === 410) && !OF_NOTHING.has(asked)) return missing(asked, zenodo);
  if (status === 429) {
    const retryAfter = retryAfterSeconds(answer);
    return problem(
      'too_many_requests',
      `Zenodo accepts no more calls for now. Try again in ${retryAfter} s.`,
      {
        retry_after: retryAfter,
        zenodo,
      },
    );
  }
  if (status === 400 && answer.json !== undefined) return invalid(answer, asked, zenodo);
  if (status === 412 && asked === 'describe') {
    const detail = 'The deposition has changed meanwhile. Read it and try again.';
    return problem('metadata_conflict', detail, { zenodo });
  }
  if (status === 413 && asked === 'putFile')
    return problem('quota_exceeded', 'Zenodo refuses the file as too large. Send a smaller one.', { zenodo });
  if (status === 504 || status === 408)
    return problem('zenodo_timeout', 'Zenodo took too long. Try again later.', { zenodo });
  const failed = ['zenodo_error', 'Zenodo failed. Try again later.', { zenodo }] as const;
  if (status === 500 && answer.json !== undefined) return new RolledBack(...failed);
  if (status >= 500 || PASSING.has(status)) return problem(...failed);
  return problem(
    'zenodo_refused',
    `Zenodo refused ${ASKED[asked]} with status ${status}, and the caller is not the cause. Repeating the call does not help. Tell the operator.`,
    { zenodo },
  );
}

/** How many field errors are passed on, and how many characters of each. */
const MAX_FAULTS = 1000;
const MAX_WORDS = 1000;
const MAX_MESSAGES = 20;

/** Zenodo's field errors: `messages` today, `message` on the old platform. */
function fieldFaults(answer: ZenodoAnswer): FieldFault[] {
  if (!Value.Check(ErrorBody, answer.json)) return [];
  return (answer.json.errors ?? []).slice(0, MAX_FAULTS).map((item) => ({
    field: (item.field ?? '').slice(0, MAX_WORDS),
    message: messageOf(item),
  }));
}

/** The text of a field error. */
export function messageOf({
  messages,
  message = '',
}: {
  messages?: string[] | undefined;
  message?: string | undefined;
}): string {
  return (messages?.slice(0, MAX_MESSAGES).join(' ') ?? message).slice(0, MAX_WORDS);
}

function missing(asked: Asked, zenodo: { status: number; message: string }): Problem {
  if (OF_FILES.has(asked)) {
    const detail = 'Zenodo does not know this file, or the draft accepts no files. List its files.';
    return problem('file_not_found', detail, { zenodo });
  }
  const detail =
    zenodo.status === 410
      ? 'This deposition was deleted at Zenodo. Create a new draft.'
      : 'Zenodo does not know this deposition. Check the id, or create a new draft.';
  return problem('deposition_not_found', detail, { zenodo });
}

/** Zenodo's words for a draft without files. Its advice, metadata-only records, is not offered. */
const NO_FILES = /^missing uploaded files/i;

function invalid(answer: ZenodoAnswer, asked: Asked, zenodo: { status: number; message: string }): Problem {
  const errors = fieldFaults(answer).map((fault) =>
    NO_FILES.test(fault.message) ? { ...fault, message: 'are missing: upload at least one file' } : fault,
  );
  if (/quota exceeded|maximum file size|max amount per record/i.test(zenodo.message)) {
    return problem('quota_exceeded', `Zenodo refuses the file: ${zenodo.message}`, { zenodo });
  }
  if (/open review/i.test(zenodo.message)) {
    return problem(
      'review_open',
      'This draft has an open review of a community. Submit it and wait for the decision, or cancel the review on Zenodo’s page. Then try again.',
      { zenodo },
    );
  }
  if (asked === 'publish') {
    return problem(
      'not_publishable',
      errors.length > 0
        ? 'Zenodo refuses to publish. Correct the fields listed in errors and try again.'
        : NO_FILES.test(zenodo.message)
          ? 'Zenodo does not publish a draft without files. Upload at least one file, then publish.'
          : `Zenodo refuses to publish: ${zenodo.message}`,
      { errors, zenodo },
    );
  }
  // Only a request with metadata can be refused because of it. Its JSON is always valid, because
  // this service writes it.
  const code =
    asked === 'describe' && !/decode/i.test(zenodo.message) ? 'invalid_metadata' : 'zenodo_refused';
  const said = [zenodo.message, ...errors.map(({ message }) => message)].find((one) => one !== '');
  const detail = `Zenodo refused ${ASKED[asked]}${said === undefined ? '.' : `: ${said.slice(0, 300)}`}`;
  return problem(code, detail, {
    ...(errors.length > 0 || code === 'invalid_metadata' ? { errors } : {}),
    zenodo,
  });
}

/** How much of Zenodo's text is read for the 300 characters that are passed on. */
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
