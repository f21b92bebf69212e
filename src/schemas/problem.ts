import { type TSchema, Type } from 'typebox';
import { CATALOGUE, type ErrorCode } from '../errors.js';
import { UserMessageSchema } from './body-limits.js';
import { ChecksSchema } from './readiness.js';
import { EndReasonSchema } from './upload-links.js';
import { UploadFileSchema } from './uploads.js';

/** Every error of this service, as application/problem+json (RFC 9457). */
export const ProblemSchema = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({
      description: 'What is wrong and what to do, for the developer of the application.',
    }),
    user_message: UserMessageSchema,
    code: Type.Enum(Object.keys(CATALOGUE) as ErrorCode[], { type: 'string' }),
    request_id: Type.String(),
    error: Type.String({ description: 'Same as `code`, for older callers.' }),
    message: Type.String({ description: 'Same as `detail`, for older callers.' }),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          field: Type.String({ description: 'Name of the field, as the caller sent it.' }),
          file: Type.Optional(
            Type.String({ description: 'Name of the file concerned, as the caller sent it.' }),
          ),
          message: Type.String(),
        }),
      ),
    ),
    retry_after: Type.Optional(Type.Integer({ description: 'Seconds to wait before a retry.' })),
    zenodo: Type.Optional(Type.Object({ status: Type.Integer(), message: Type.String() })),
    valid: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
    zenodo_oauth_url: Type.Optional(Type.String({ description: 'Send the user here to authorize again.' })),
    state: Type.Optional(Type.String()),
    expires_at: Type.Optional(Type.String({ format: 'date-time' })),
    outcome: Type.Optional(
      Type.Enum(['not_published', 'unknown'], {
        type: 'string',
        description:
          'Whether Zenodo carried out the publication or created the draft. `unknown`: its response was lost.',
      }),
    ),
    file: Type.Optional(Type.String({ description: 'The file that made the upload fail.' })),
    files: Type.Optional(
      Type.Array(UploadFileSchema, {
        description:
          'After a failed upload, the outcome for each file. Files that were uploaded stay at Zenodo.',
      }),
    ),
    safe_files: Type.Optional(
      Type.Array(Type.String(), {
        description: 'After a refused form, the files of it that are already at Zenodo.',
      }),
    ),
    checks: Type.Optional(ChecksSchema),
    reason: Type.Optional(EndReasonSchema),
    return_url: Type.Optional(
      Type.String({ description: 'For an upload link, the URL that leads back to the application.' }),
    ),
    offset: Type.Optional(
      Type.Integer({
        description: 'For tus, how many bytes of the file have arrived. The next chunk starts here.',
      }),
    ),
    deposition_id: Type.Optional(Type.Integer()),
    upload_id: Type.Optional(Type.String()),
    status_url: Type.Optional(Type.String({ description: 'URL of the failed upload.' })),
  },
  { $id: 'Problem', additionalProperties: true },
);

/**
 * Errors of any call that needs Zenodo. Renewing a token can cause them too.
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
 * Response schemas of a route: its successes, and a problem for each status of its error codes.
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

/** Member of a response that lists its error codes, for code that reads route schemas. */
export const ERROR_CODES = 'x-error-codes';

interface ProblemResponse {
  description: string;
  [ERROR_CODES]: ErrorCode[];
  content: Record<string, { schema: TSchema }>;
}

/** The error codes that `withProblems` added to the responses of a route. */
export function codesOf(responses: Record<string, object>): ErrorCode[] {
  return Object.values(responses).flatMap((one) => (one as Partial<ProblemResponse>)[ERROR_CODES] ?? []);
}
