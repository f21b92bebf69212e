import type { FastifySchema } from 'fastify';
import type { TSchema } from 'typebox';
import type { ErrorCode } from '../errors.js';
import { codesOf, withProblems } from '../schemas/problem.js';

/** Parts of a route schema that only the contract uses. */
interface Documentation {
  tags?: readonly string[];
  security?: readonly Record<string, string[]>[];
  form?: unknown;
  consumes?: string[];
  response?: Record<string, TSchema & { description?: string }>;
}

/** What any call may answer before its handler runs: each may have a body, also GET. */
const ANYWHERE: ErrorCode[] = [
  'invalid_request',
  'invalid_json',
  'too_complex',
  'incomplete_body',
  'request_timeout',
  'payload_too_large',
  'unsupported_media_type',
];

/** The same, except of those that need no key. */
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
 * A route's schema as the contract shows it: its own errors, and those that follow from what it
 * needs. A streamed body is declared as `form`, because it is never validated. Where nothing is
 * said about security an access token is needed; whatever the service asks for, its operator may
 * also ask for a key.
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
 * What a call needs, without and with the operator's key. Browsers with an upload link have none.
 */
function withKey(requirement: Record<string, string[]>): Record<string, string[]>[] {
  return 'uploadLink' in requirement ? [requirement] : [requirement, { ...requirement, apiKey: [] }];
}
