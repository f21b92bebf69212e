import type { FastifySchema } from 'fastify';
import type { TSchema } from 'typebox';
import type { ErrorCode } from '../errors.js';
import { codesOf, withProblems } from '../schemas/problem.js';

/** Parts of a route schema that only the contract uses. */
interface Documentation {
  tags?: readonly string[];
  security?: readonly Record<string, string[]>[];
  form?: unknown;
  response?: Record<string, TSchema & { description?: string }>;
}

/** What any call may answer before its handler runs. */
const ANYWHERE: ErrorCode[] = ['invalid_api_key', 'too_many_requests'];
const WITH_JSON: ErrorCode[] = [
  'invalid_json',
  'incomplete_body',
  'payload_too_large',
  'unsupported_media_type',
];

/**
 * A route's schema as the contract shows it. A streamed form is declared as `form`, because it is never validated as a body. Where
 * nothing is said about security an access token is needed; whatever the service asks for, its operator may also ask for a key.
 */
export function documentedRoute(schema: FastifySchema | undefined): FastifySchema {
  const { form, ...rest } = (schema ?? {}) as FastifySchema & Documentation;
  if (rest.tags === undefined || rest.tags.includes('Service')) return rest as FastifySchema;
  const own = rest.security ?? [{ accessToken: [] }];
  const asked = own.length > 0 ? own : [{}];
  const responses = rest.response ?? {};
  const successes = Object.entries(responses).filter(([status]) => Number(status) < 400);
  const codes = [...codesOf(responses), ...ANYWHERE, ...(rest.body === undefined ? [] : WITH_JSON)];
  return {
    ...rest,
    ...(form === undefined ? {} : { body: form, consumes: ['multipart/form-data'] }),
    security: asked.flatMap((requirement) => [requirement, { ...requirement, apiKey: [] }]),
    response: withProblems(Object.fromEntries(successes), ...codes),
  } as FastifySchema;
}
