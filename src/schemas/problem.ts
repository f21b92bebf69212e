import { type Static, type TSchema, Type } from 'typebox';
import { CATALOGUE, type ErrorCode } from '../errors.js';
import { ChecksSchema } from './readiness.js';
import { EndReasonSchema } from './upload-links.js';
import { UploadFileSchema } from './uploads.js';
import { UserMessageSchema } from './user-message.js';

/** Every error this service answers, as application/problem+json (RFC 9457). */
export const ProblemSchema = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'A sentence that tells the caller’s developer what to do.' }),
    user_message: UserMessageSchema,
    code: Type.Enum(Object.keys(CATALOGUE) as ErrorCode[], { type: 'string' }),
    request_id: Type.String(),
    error: Type.String({ description: 'The same as code, for old callers.' }),
    message: Type.String({ description: 'The same as detail, for old callers.' }),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          field: Type.String({ description: 'As the caller named it.' }),
          file: Type.Optional(Type.String({ description: 'The file it is about, as the caller named it.' })),
          message: Type.String(),
        }),
      ),
    ),
    retry_after: Type.Optional(Type.Integer({ description: 'Seconds.' })),
    zenodo: Type.Optional(Type.Object({ status: Type.Integer(), message: Type.String() })),
    valid: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
    zenodo_oauth_url: Type.Optional(Type.String({ description: 'Where the user authorizes again.' })),
    state: Type.Optional(Type.String()),
    expires_at: Type.Optional(Type.String({ format: 'date-time' })),
    outcome: Type.Optional(
      Type.Enum(['not_published', 'unknown'], {
        type: 'string',
        description: 'What became of a publication or of a new draft that Zenodo was asked for.',
      }),
    ),
    file: Type.Optional(Type.String({ description: 'The file of an upload that failed.' })),
    files: Type.Optional(
      Type.Array(UploadFileSchema, {
        description: 'Of an upload that failed: what became of each file. What is uploaded stays.',
      }),
    ),
    safe_files: Type.Optional(
      Type.Array(Type.String(), {
        description: 'Of a form that was refused: what of it is on Zenodo already.',
      }),
    ),
    checks: Type.Optional(ChecksSchema),
    reason: Type.Optional(EndReasonSchema),
    return_url: Type.Optional(Type.String({ description: 'Of an upload link: where the application is.' })),
    offset: Type.Optional(
      Type.Integer({
        description: 'By tus: how many bytes of the file are here, where the next chunk begins.',
      }),
    ),
    deposition_id: Type.Optional(Type.Integer()),
    upload_id: Type.Optional(Type.String()),
    status_url: Type.Optional(Type.String({ description: 'Where the failed upload can be looked at.' })),
  },
  { $id: 'Problem', additionalProperties: true },
);

export type ProblemBody = Static<typeof ProblemSchema>;

/**
 * What any call may answer that asks Zenodo. With a token that has to be renewed, that is more than
 * the call's own subject.
 */
export const ZENODO_PROBLEMS: ErrorCode[] = [
  'service_misconfigured',
  'zenodo_refused',
  'zenodo_error',
  'zenodo_unreachable',
  'zenodo_invalid_answer',
  'zenodo_timeout',
];

/**
 * Response schemas of a route: its successes, and a problem for each status its error codes come
 * with.
 */
export function withProblems<T extends Record<number, TSchema>>(
  successes: T,
  ...codes: ErrorCode[]
): T & Record<number, TSchema> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of new Set<ErrorCode>([...codes, 'internal_error', 'service_unavailable'])) {
    const { status } = CATALOGUE[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const responses: Record<number, TSchema> = { ...successes };
  for (const [status, group] of byStatus) {
    const documented: ProblemResponse = {
      description: group.map((code) => `\`${code}\``).join(', '),
      [ERROR_CODES]: group,
      content: { 'application/problem+json': { schema: Type.Ref('Problem') } },
    };
    responses[status] = documented as unknown as TSchema;
  }
  return responses as T & Record<number, TSchema>;
}

/** Member of a response that lists the error codes it may have, for what reads route schemas. */
export const ERROR_CODES = 'x-error-codes';

interface ProblemResponse {
  description: string;
  [ERROR_CODES]: ErrorCode[];
  content: Record<string, { schema: TSchema }>;
}

/** The error codes that `withProblems` put into a route's responses. */
export function codesOf(responses: Record<string, object>): ErrorCode[] {
  return Object.values(responses).flatMap((one) => (one as Partial<ProblemResponse>)[ERROR_CODES] ?? []);
}
