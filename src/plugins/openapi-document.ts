import { MAX } from '../schemas/body-limits.js';
import { ERROR_CODES } from '../schemas/problem.js';
import recorded from './openapi-examples.json' with { type: 'json' };
import { nameParts } from './openapi-names.js';

/**
 * Requests and responses that test/recorded-examples.ts recorded: `npm run examples`.
 */
const EXAMPLES: Record<string, Recorded> = recorded;

interface Recorded {
  request?: Record<string, unknown>;
  responses: Record<string, Record<string, unknown>>;
}

/** The parts of the generated document that are read here. */
interface Operation {
  operationId: string;
  tags: string[];
  security?: Record<string, string[]>[];
  parameters?: ({ in: string; name: string } | PartReference)[];
  requestBody?: { required: boolean; content: Record<string, Media> };
  responses: Record<string, Response>;
}

interface Response {
  description: string;
  [ERROR_CODES]?: string[];
  headers?: Record<string, PartReference>;
  content?: Record<string, Media>;
}

interface Media {
  examples?: Record<string, { value: unknown }>;
  schema: { type?: string | string[]; anyOf?: { type?: string }[] };
}

interface PartReference {
  $ref: string;
}

type Paths = Record<string, Record<string, Operation>>;
type NamedPaths = Parameters<typeof nameParts>[0]['paths'];

/** Response headers, by their names in the document. */
const HEADERS = {
  RequestId: {
    description: 'Id under which the operator finds this request: that of the caller, or a new one.',
    required: true,
    schema: { type: 'string' },
  },
  CacheControl: { required: true, schema: { type: 'string', const: 'no-store' } },
  ContentTypeOptions: { required: true, schema: { type: 'string', const: 'nosniff' } },
  RetryAfter: {
    description: 'Seconds to wait before repeating the call.',
    schema: { type: 'integer', minimum: 1 },
  },
  Location: { description: 'URL that returns the state of the upload.', schema: { type: 'string' } },
  PreferenceApplied: { schema: { type: 'string', const: 'respond-async' } },
  AccelBuffering: { schema: { type: 'string', const: 'no' } },
  ContentDisposition: { schema: { type: 'string' } },
  ContentLength: { schema: { type: 'integer' } },
  ContentSecurityPolicy: {
    description: 'Prevents browsers from running the file on the origin of this service.',
    schema: { type: 'string', const: "default-src 'none'; sandbox" },
  },
  ETag: { schema: { type: 'string' } },
  LastModified: { schema: { type: 'string' } },
};

/** Parameters of many calls. */
const PARAMETERS = {
  RequestId: {
    name: 'X-Request-Id',
    in: 'header',
    description:
      'Your own id for this request, under which it appears in the log. A value that does not match the pattern is ignored.',
    schema: { type: 'string', pattern: '^[A-Za-z0-9._-]{1,64}$' },
  },
  AccessToken: {
    name: 'access_token',
    in: 'query',
    description: 'The access token, for callers that cannot set a header. This service does not log it.',
    schema: { type: 'string', maxLength: MAX.head },
  },
};

const EVERY_ANSWER = refs({
  'X-Request-Id': 'RequestId',
  'Cache-Control': 'CacheControl',
  'X-Content-Type-Options': 'ContentTypeOptions',
});

/** Further headers, by status or content type of the response. */
const MORE_HEADERS: Record<string, Record<string, PartReference>> = {
  '202': refs({
    Location: 'Location',
    'Retry-After': 'RetryAfter',
    'Preference-Applied': 'PreferenceApplied',
  }),
  'text/event-stream': refs({ 'X-Accel-Buffering': 'AccelBuffering' }),
  '*/*': refs({
    'Content-Disposition': 'ContentDisposition',
    'Content-Length': 'ContentLength',
    'Content-Security-Policy': 'ContentSecurityPolicy',
    ETag: 'ETag',
    'Last-Modified': 'LastModified',
  }),
};

/** Statuses of problems that may have `Retry-After`. */
const WITH_RETRY_AFTER = ['409', '429', '502', '503', '504', '507'];

const SUCCESSES: Record<string, string> = {
  '200': 'Success.',
  '201': 'Created.',
  '202': 'All bytes have arrived, and the upload continues in the background. Its state is at `Location`.',
  '204': 'Deleted.',
};

/**
 * Adds to the generated document what no route declares: headers, optional bodies, examples, and
 * the order of the workflow.
 */
export function finished<
  T extends { paths?: object; components?: object; tags?: readonly { name: string }[] },
>(document: T): T {
  const copy = unshared(document);
  const order = (copy.tags ?? []).map(({ name }) => name);
  const paths = Object.entries((copy.paths ?? {}) as Paths);
  for (const [, operations] of paths) {
    for (const [method, operation] of Object.entries(operations)) finish(method, operation);
  }
  const rank = ([, operations]: [string, Record<string, Operation>]) =>
    Math.min(...Object.values(operations).map(({ tags }) => order.indexOf(tags[0] ?? '')));
  const sorted = Object.fromEntries(paths.sort((a, b) => rank(a) - rank(b)));
  const components = { ...copy.components, parameters: PARAMETERS, headers: HEADERS };
  return unshared({ ...copy, ...nameParts({ paths: sorted as NamedPaths, components }) });
}

/** A copy without shared objects, which would become anchors in YAML. */
function unshared<T>(document: T): T {
  return JSON.parse(JSON.stringify(document)) as T;
}

function finish(method: string, operation: Operation): void {
  const parameters = operation.parameters ?? [];
  const needsToken = (operation.security ?? []).some((requirement) => 'accessToken' in requirement);
  if (needsToken && ['get', 'delete'].includes(method)) {
    parameters.push({ $ref: '#/components/parameters/AccessToken' });
  }
  parameters.push({ $ref: '#/components/parameters/RequestId' });
  operation.parameters = parameters;
  if (operation.requestBody) {
    operation.requestBody.required = !Object.values(operation.requestBody.content).some(isOptional);
  }
  const { request, responses = {} } = EXAMPLES[operation.operationId] ?? {};
  illustrate(operation.requestBody?.content['application/json'], request);
  for (const [status, response] of Object.entries(operation.responses)) {
    finishResponse(status, response);
    for (const media of Object.values(response.content ?? {})) illustrate(media, responses[status]);
  }
}

function illustrate(media: Media | undefined, values: Record<string, unknown> | undefined): void {
  if (media === undefined || values === undefined) return;
  media.examples = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));
}

function finishResponse(status: string, response: Response): void {
  const types = Object.keys(response.content ?? {});
  const fails = Number(status) >= 400;
  delete response[ERROR_CODES];
  if (response.description === 'Default Response') response.description = SUCCESSES[status] ?? '';
  response.headers = Object.assign(
    {},
    EVERY_ANSWER,
    fails ? {} : MORE_HEADERS[status],
    ...types.map((type) => MORE_HEADERS[type]),
    fails && WITH_RETRY_AFTER.includes(status) ? refs({ 'Retry-After': 'RetryAfter' }) : {},
  );
}

/** Whether a body is optional: then its schema allows null. */
function isOptional({ schema }: Media): boolean {
  const types = schema.anyOf?.map(({ type }) => type) ?? [schema.type].flat();
  return types.includes('null');
}

function refs(headers: Record<string, keyof typeof HEADERS>): Record<string, PartReference> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, header]) => [name, { $ref: `#/components/headers/${header}` }]),
  );
}
