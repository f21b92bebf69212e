import type { FastifySchema } from 'fastify';
import type { TSchema } from 'typebox';
import type { ErrorCode } from '../errors.js';
import { codesOf, withProblems } from '../schemas/problem.js';

/** Parts of a route schema that only the OpenAPI document uses. */
interface Documentation {
  tags?: readonly string[];
  security?: readonly Record<string, string[]>[];
  form?: unknown;
  consumes?: string[];
  response?: Record<string, TSchema & { description?: string }>;
}

/** Errors of any call before its handler runs. Any call may have a body, even GET. */
const ANYWHERE: ErrorCode[] = [
  'invalid_request',
  'invalid_json',
  'too_complex',
  'incomplete_body',
  'request_timeout',
  'payload_too_large',
  'unsupported_media_type',
];

/** Errors of any call except those of the tag Service, which need no key. */
const GUARDED: ErrorCode[] = ['invalid_api_key', 'too_many_requests'];

const WITH_TOKEN: ErrorCode[] = [
  'missing_token',
  'invalid_token',
  'conflicting_tokens',
  'reauthorization_required',
];

const WITH_LINK: ErrorCode[] = [
  'missing_token',
  'conflicting_tokens',
  'invalid_upload_link',
  'upload_link_ended',
];

const OF_DEPOSITION: ErrorCode[] = ['invalid_deposition_id', 'not_your_deposition', 'deposition_not_found'];

/**
 * The schema of a route for the OpenAPI document: its own errors, and those that follow from what
 * it requires. A streamed body is declared as `form`, because it is never validated. A route
 * without `security` requires an access token. The operator may require an API key in addition.
 */
export function documentedRoute(schema: FastifySchema | undefined, url: string): FastifySchema {
  const { form, ...rest } = (schema ?? {}) as FastifySchema & Documentation;
  if (rest.tags === undefined) return rest as FastifySchema;
  const isOpen = rest.tags.includes('Service');
  const own = rest.security ?? [{ accessToken: [] }];
  const asked = own.length > 0 ? own : [{}];
  const responses = rest.response ?? {};
  const successes = Object.entries(responses).filter(([status]) => Number(status) < 400);
  const codes = [
    ...codesOf(responses),
    ...(own.some((requirement) => 'accessToken' in requirement) ? WITH_TOKEN : []),
    ...(own.some((requirement) => 'uploadLink' in requirement) ? WITH_LINK : []),
    ...(url.startsWith('/depositions/:id') ? OF_DEPOSITION : []),
    ...ANYWHERE,
    ...(isOpen ? [] : GUARDED),
  ];
  return {
    ...rest,
    ...(form === undefined ? {} : { body: form, consumes: rest.consumes ?? ['multipart/form-data'] }),
    security: isOpen ? [] : asked.flatMap(withKey),
    response: withProblems(Object.fromEntries(successes), ...codes),
  } as FastifySchema;
}

/**
 * What a call requires, without and with an API key. Browsers with an upload link have no key.
 */
function withKey(requirement: Record<string, string[]>): Record<string, string[]>[] {
  return 'uploadLink' in requirement ? [requirement] : [requirement, { ...requirement, apiKey: [] }];
}
