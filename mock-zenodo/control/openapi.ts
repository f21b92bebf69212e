import type { TSchema } from 'typebox';
import type { Operation } from './operation.js';

const ERROR = {
  type: 'object',
  required: ['status', 'message'],
  properties: {
    status: { type: 'integer' },
    message: { type: 'string' },
    details: { type: 'array', items: { type: 'string' } },
  },
};

const FAULT_BY_ID = {
  delete: {
    operationId: 'deleteFault',
    summary: 'Remove one fault',
    parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
    responses: {
      204: { description: 'Success.' },
      404: refusal('The fault does not exist.'),
      403: refusal('Not allowed from this origin or machine.'),
    },
  },
};

const STREAM = {
  get: {
    operationId: 'getRequestsStream',
    summary: 'Stream requests as they arrive',
    responses: {
      200: {
        description:
          'Server-sent events: `request` with the entry when a request starts and when it ends, and `cleared` when the journal is cleared.',
        content: { 'text/event-stream': { schema: { type: 'string' } } },
      },
      403: refusal('Not allowed from this origin or machine.'),
    },
  },
};

/** The OpenAPI document of the control API, generated from the schemas that validate its calls. */
export function openApiDocument(operations: Operation[]) {
  const paths: Record<string, Record<string, unknown>> = {
    '/_mock/faults/{id}': FAULT_BY_ID,
    '/_mock/requests/stream': STREAM,
  };
  for (const described of operations) {
    const path = `/_mock${described.path}`;
    paths[path] = { ...paths[path], [described.method.toLowerCase()]: operationObject(described) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Mock Zenodo control API',
      version: '1',
      description: 'Controls a mock Zenodo in tests. By default, only this machine can call it.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{}, { controlToken: [] }],
    paths,
    components: {
      schemas: { Error: ERROR },
      securitySchemes: { controlToken: { type: 'apiKey', in: 'header', name: 'X-Control-Token' } },
    },
  };
}

function operationObject({ method, path, summary, query, body, status, answer }: Operation) {
  return {
    operationId:
      method.toLowerCase() + path.replace(/\/(\w)/g, (_match, letter: string) => letter.toUpperCase()),
    summary,
    parameters: Object.entries(propertiesOf(query)).map(([name, schema]) => ({ name, in: 'query', schema })),
    ...(body === null ? {} : { requestBody: { content: { 'application/json': { schema: body } } } }),
    responses: {
      [status]: {
        description: 'Success.',
        ...(answer === null ? {} : { content: { 'application/json': { schema: answer } } }),
      },
      400: refusal('The request is not valid. `details` lists all faults.'),
      403: refusal('Not allowed from this origin or machine, or the control token is missing.'),
    },
  };
}

function propertiesOf(schema: TSchema): Record<string, TSchema> {
  return 'properties' in schema ? (schema.properties as Record<string, TSchema>) : {};
}

function refusal(description: string) {
  return { description, content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } };
}
