import type { FastifySchema } from 'fastify';

/** Parts of a route schema that only the contract uses. */
interface Documentation {
  tags?: readonly string[];
  security?: readonly Record<string, string[]>[];
  form?: unknown;
}

/**
 * A route's schema as the contract shows it. A streamed form is declared as `form`, because it is never validated as a body. Where
 * nothing is said about security an access token is needed; whatever the service asks for, its operator may also ask for a key.
 */
export function documentedRoute(schema: FastifySchema | undefined): FastifySchema {
  const { form, ...rest } = (schema ?? {}) as FastifySchema & Documentation;
  const own = rest.security ?? [{ accessToken: [] }];
  const asked = own.length > 0 ? own : [{}];
  const security = rest.tags?.includes('Service')
    ? own
    : asked.flatMap((requirement) => [requirement, { ...requirement, apiKey: [] }]);
  const body = form === undefined ? {} : { body: form, consumes: ['multipart/form-data'] };
  return { ...rest, ...body, security } as FastifySchema;
}
