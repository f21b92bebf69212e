/** An entry of the catalogue. */
interface ErrorKind {
  status: number;
  title: string;
  /** The same call to Zenodo may succeed later. */
  retry?: true;
  /** Another call was in the way, and will be over by itself. */
  busy?: true;
  /**
   * Zenodo may have carried out the request although it did not confirm it. Only another look at
   * Zenodo can tell (zenodo/zenodo#2442).
   */
  outcome?: 'unknown';
  /** What the error concerns, if more than one call: then other files of an upload fail too. */
  about?: 'deposition' | 'user';
}

/**
 * Every error of this service, by code. `problem()` makes an error to throw, which
 * plugins/error-handler.ts turns into a response. docs/errors.md explains the errors to callers,
 * and user-messages/ to users.
 */
export const CATALOGUE = {
  // What the caller sent
  invalid_request: { status: 400, title: 'The request is not valid' },
  invalid_json: { status: 400, title: 'The body is not valid JSON' },
  invalid_deposition_id: { status: 400, title: 'The deposition id is not a number' },
  conflicting_tokens: { status: 400, title: 'Two different access tokens were sent' },
  callback_url_not_allowed: { status: 400, title: 'The callback URL is not allowed' },
  state_unknown: { status: 400, title: 'The state is unknown' },
  state_used: { status: 400, title: 'The state has already been used' },
  state_expired: { status: 400, title: 'The state has expired' },
  state_mismatch: { status: 400, title: 'The state belongs to another container or callback URL' },
  code_refused: { status: 400, title: 'Zenodo refused the authorization code' },
  no_files: { status: 400, title: 'The request has no file' },
  empty_file: { status: 400, title: 'A file is empty' },
  invalid_file_name: { status: 400, title: 'A file name cannot be used' },
  duplicate_file_name: { status: 400, title: 'Two files have the same name' },
  too_many_files: { status: 400, title: 'There are too many files' },
  size_mismatch: { status: 400, title: 'A file does not have the announced size' },
  checksum_mismatch: { status: 400, title: 'A file does not match its checksum' },
  chunk_checksum_mismatch: { status: 460, title: 'A chunk does not match its checksum' },
  malformed_multipart: { status: 400, title: 'The multipart body cannot be read' },
  incomplete_body: { status: 400, title: 'The body ended too early' },
  invalid_metadata: { status: 400, title: 'The metadata is not valid' },
  invalid_manifest: { status: 400, title: 'The manifest cannot be read' },
  too_complex: { status: 400, title: 'The input is too complex' },
  // Who is calling
  missing_token: { status: 401, title: 'An access token is required' },
  invalid_token: { status: 401, title: 'The access token is not valid', about: 'user' },
  token_must_come_first: { status: 401, title: 'The access token must come before the files' },
  reauthorization_required: { status: 401, title: 'The user must authorize again', about: 'user' },
  invalid_api_key: { status: 401, title: 'A valid API key is required' },
  access_denied: { status: 403, title: 'The user did not give consent' },
  not_your_deposition: { status: 403, title: 'The deposition belongs to another user', about: 'deposition' },
  invalid_upload_link: { status: 401, title: 'The upload link is not valid' },
  connection_required: { status: 403, title: 'The user must authorize this service first' },
  // What is there
  not_found: { status: 404, title: 'Not found' },
  deposition_not_found: { status: 404, title: 'The deposition does not exist', about: 'deposition' },
  file_not_found: { status: 404, title: 'The file does not exist' },
  upload_link_not_found: { status: 404, title: 'The upload link does not exist' },
  upload_not_found: { status: 404, title: 'The upload does not exist' },
  method_not_allowed: { status: 405, title: 'The method is not allowed' },
  already_published: { status: 409, title: 'The deposition is published', about: 'deposition' },
  ambiguous_user: { status: 409, title: 'More than one user is connected to this container' },
  upload_unfinished: { status: 409, title: 'An upload to this deposition is not finished', busy: true },
  folder_exists: { status: 409, title: 'Another file has the name of the folder’s zip' },
  upload_cancelled: { status: 409, title: 'The upload was cancelled' },
  upload_superseded: { status: 409, title: 'A later upload sent a file with the same name' },
  upload_offset_mismatch: { status: 409, title: 'The chunk does not start at the offset of the file' },
  upload_complete: { status: 409, title: 'The upload is already complete' },
  upload_gone: { status: 410, title: 'The upload has ended' },
  tus_version_unsupported: { status: 412, title: 'The version of the tus protocol is not supported' },
  upload_locked: { status: 423, title: 'Another request is sending this file' },
  metadata_conflict: { status: 409, title: 'The deposition has changed meanwhile', busy: true },
  review_open: { status: 409, title: 'The draft is in community review' },
  not_published: { status: 409, title: 'The deposition is not published' },
  version_has_uploads: { status: 409, title: 'Files have been uploaded to the new version' },
  external_doi: { status: 409, title: 'The DOI was registered elsewhere' },
  not_publishable: { status: 409, title: 'Zenodo refuses to publish the deposition' },
  operation_in_progress: { status: 409, title: 'The same operation is already running', busy: true },
  upload_link_ended: { status: 410, title: 'The upload link has ended' },
  length_required: { status: 411, title: 'Content-Length is required' },
  payload_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The content type is not supported' },
  upload_link_limit: { status: 413, title: 'The limits of the upload link are exceeded' },
  quota_exceeded: { status: 413, title: 'The deposition would exceed Zenodo’s quota' },
  too_many_requests: { status: 429, title: 'Too many requests', retry: true },
  request_timeout: { status: 408, title: 'The body arrived too slowly' },
  // The service, and Zenodo
  internal_error: { status: 500, title: 'Internal error' },
  service_misconfigured: { status: 500, title: 'The service is not configured correctly' },
  staging_full: { status: 507, title: 'No space is left for uploads' },
  staged_bytes_lost: { status: 503, title: 'Received bytes of a file were lost' },
  service_unavailable: { status: 503, title: 'The service is not available' },
  zenodo_refused: { status: 502, title: 'Zenodo refused the request of this service' },
  zenodo_error: { status: 502, title: 'Zenodo failed', retry: true, outcome: 'unknown' },
  zenodo_unreachable: { status: 502, title: 'Zenodo cannot be reached', retry: true, outcome: 'unknown' },
  zenodo_timeout: { status: 504, title: 'Zenodo did not respond in time', retry: true, outcome: 'unknown' },
  zenodo_invalid_answer: {
    status: 502,
    title: 'Zenodo sent an unexpected response',
    retry: true,
    outcome: 'unknown',
  },
  transfer_failed: { status: 502, title: 'A file could not be sent to Zenodo', retry: true },
  outcome_unknown: { status: 504, title: 'The outcome is unknown', outcome: 'unknown' },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof CATALOGUE;

/** A fault in one field of the request, under the caller's name for it. */
export interface FieldFault {
  field: string;
  /** The file concerned, by the name it was sent with. */
  file?: string;
  message: string;
}

/** What a problem may have besides `detail`. The response has members of the same names. */
export interface ProblemMembers {
  errors?: FieldFault[];
  /** Seconds. */
  retry_after?: number;
  /** Zenodo's response: its status and at most 300 characters of plain text. */
  zenodo?: { status: number; message: string };
  /**
   * Only for `verify`: false if the token or the deposition is certainly not valid, null if that is
   * not known.
   */
  valid?: boolean | null;
  zenodo_oauth_url?: string;
  state?: string;
  expires_at?: string;
  [extension: string]: unknown;
}

/**
 * The only error that a handler throws on purpose. `detail` tells the caller what to do.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly detail: string;

  constructor(
    readonly code: ErrorCode,
    detail: string,
    readonly members: ProblemMembers = {},
    options?: ErrorOptions,
  ) {
    super(`${code}: ${detail}`, options);
    this.detail = wellFormed(detail);
    this.status = CATALOGUE[code].status;
  }

  /** What the caller is told. */
  told(): Problem {
    return this;
  }
}

/**
 * The time of a call is over, and this service or its database took most of it. Inside it counts as
 * Zenodo's silence: what was asked may have been done. The caller is told that Zenodo is not to
 * blame.
 */
export class OutOfTime extends Problem {
  constructor(cause: Problem) {
    const detail =
      'This service and its database were so slow that too little time was left for Zenodo’s answer. Try again in a moment.';
    super('zenodo_timeout', detail, {}, { cause });
  }

  override told(): Problem {
    return new Problem('service_unavailable', this.detail, { retry_after: 5 }, { cause: this });
  }
}

/**
 * A text in which halves of surrogate pairs are replaced: one that was cut may end with such a
 * half, which no JSON column of the database takes.
 */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

/** Whether an error is the problem with this code. */
export function isProblem(error: unknown, code: ErrorCode): error is Problem {
  return error instanceof Problem && error.code === code;
}

/** The entry of a problem's code. */
export function kindOf({ code }: Problem): ErrorKind {
  return CATALOGUE[code];
}

/** Faults that one answer lists. Callers who correct these learn about further ones. */
export const MAX_FAULTS = 100;

/** The faults that an answer lists. The last one says if there are more. */
export function listedFaults(faults: FieldFault[]): FieldFault[] {
  const listed = faults.slice(0, MAX_FAULTS);
  const [last] = listed.splice(faults.length > MAX_FAULTS ? MAX_FAULTS - 1 : MAX_FAULTS);
  if (last !== undefined)
    listed.push({ ...last, message: `${last.message} (further faults are not listed)` });
  return listed;
}

/** Characters of a sentence about faults. `errors` has all of them. */
const MAX_SENTENCE = 4000;

/** Faults as a sentence, which says if it leaves any out. */
export function sentenceOf(faults: readonly FieldFault[]): string {
  let text = '';
  for (const [index, { field, message }] of faults.entries()) {
    const next = `${text}${text && '; '}${field || 'the body'} ${message}`;
    if (next.length > MAX_SENTENCE && index > 0) return `${text}; and more, see errors`;
    text = next;
  }
  return text;
}

/** Makes a problem to throw. */
export function problem(code: ErrorCode, detail: string, members?: ProblemMembers, cause?: unknown): Problem {
  return new Problem(code, detail, members, cause === undefined ? undefined : { cause });
}

/**
 * The error of requests while the process shuts down. After `retry_after`, another process, or this
 * one again, is ready.
 */
export class ServiceEnds extends Problem {
  constructor() {
    const detail = 'This service is being restarted. Send the request again.';
    super('service_unavailable', detail, { retry_after: 5 });
  }
}
