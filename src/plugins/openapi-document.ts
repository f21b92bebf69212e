import { ERROR_CODES } from '../schemas/problem.js';
import recorded from './openapi-examples.json' with { type: 'json' };
import { nameParts } from './openapi-names.js';

/**
 * What was sent and answered when test/recorded-examples.ts walked through the workflow: `npm run
 * examples`.
 */
const EXAMPLES: Record<string, Recorded> = recorded;

interface Recorded {
  request?: Record<string, unknown>;
  responses: Record<string, Record<string, unknown>>;
}

/** As much of the generated contract as is looked at here. */
interface Operation {
  operationId: string;
  tags: string[];
  security?: Record<string, string[]>[];
  parameters?: ({ in: string; name: string } | Reference)[];
  requestBody?: { required: boolean; content: Record<string, Media> };
  responses: Record<string, Response>;
}

interface Response {
  description: string;
  [ERROR_CODES]?: string[];
  headers?: Record<string, Reference>;
  content?: Record<string, Media>;
}

interface Media {
  examples?: Record<string, { value: unknown }>;
  schema: { type?: string | string[]; anyOf?: { type?: string }[] };
}

interface Reference {
  $ref: string;
}

type Paths = Record<string, Record<string, Operation>>;
type NamedPaths = Parameters<typeof nameParts>[0]['paths'];

/** Headers of answers, under the names that the contract refers to them by. */
const HEADERS = {
  RequestId: {
    description: 'Under which the operator finds this request: the caller’s own id, else a new one.',
    required: true,
    schema: { type: 'string' },
  },
  CacheControl: { required: true, schema: { type: 'string', const: 'no-store' } },
  ContentTypeOptions: { required: true, schema: { type: 'string', const: 'nosniff' } },
  RetryAfter: {
    description: 'Seconds to wait before the call is repeated.',
    schema: { type: 'integer', minimum: 1 },
  },
  Location: { description: 'Where to ask how the upload is going.', schema: { type: 'string' } },
  PreferenceApplied: { schema: { type: 'string', const: 'respond-async' } },
  AccelBuffering: { schema: { type: 'string', const: 'no' } },
  ContentDisposition: { schema: { type: 'string' } },
  ContentLength: { schema: { type: 'integer' } },
  ContentSecurityPolicy: {
    description: 'No browser runs the file under this service’s name.',
    schema: { type: 'string', const: "default-src 'none'; sandbox" },
  },
  ETag: { schema: { type: 'string' } },
  LastModified: { schema: { type: 'string' } },
};

/** Parameters that many calls have. */
const PARAMETERS = {
  RequestId: {
    name: 'X-Request-Id',
    in: 'header',
    description: 'An id of the caller’s own, to find the call again in the logs. Any other text is ignored.',
    schema: { type: 'string', pattern: '^[A-Za-z0-9._-]{1,64}$' },
  },
  AccessToken: {
    name: 'access_token',
    in: 'query',
    description: 'The access token, for callers that cannot set a header. It is not logged here.',
    schema: { type: 'string' },
  },
};

const EVERY_ANSWER = refs({
  'X-Request-Id': 'RequestId',
  'Cache-Control': 'CacheControl',
  'X-Content-Type-Options': 'ContentTypeOptions',
});

/** By what is answered: a status, or a content type. */
const MORE_HEADERS: Record<string, Record<string, Reference>> = {
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

/** Problems that say when to try again. */
const WITH_RETRY_AFTER = ['409', '429', '502', '503', '504', '507'];

const SUCCESSES: Record<string, string> = {
  '200': 'Done.',
  '201': 'Made.',
  '202': 'All bytes are here, and the upload goes on by itself. Ask at `Location`.',
  '204': 'Gone.',
};

/**
 * The generated contract with what no route can say for itself: headers, what may be left out, the
 * order of the workflow.
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

/** A copy in which nothing stands twice: that would become anchors in YAML. */
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

/** Whether a body may be left out: then null is one, too. */
function isOptional({ schema }: Media): boolean {
  const types = schema.anyOf?.map(({ type }) => type) ?? [schema.type].flat();
  return types.includes('null');
}

function refs(headers: Record<string, keyof typeof HEADERS>): Record<string, Reference> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, header]) => [name, { $ref: `#/components/headers/${header}` }]),
  );
}
