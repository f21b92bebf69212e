import { readFile } from 'node:fs/promises';
import t from 'tap';
import { parse } from 'yaml';
import { breakingChanges, type Contract } from './contract/breaking-changes.js';

const read = async (path: string) =>
  parse(await readFile(new URL(path, import.meta.url), 'utf8')) as Contract;

t.test('callers of the last release find all they know', async (t) => {
  const released = await read('contract/last-release.yaml');
  const now = await read('../openapi.yaml');
  const major = ({ info }: Contract) => Number(info.version.split('.')[0]);
  // Semver promises nothing before 1.0; we do, because there are callers.
  if (major(now) > major(released)) return void t.pass('a new major version may break');
  t.same(breakingChanges(released, now), [], 'else: keep it, or raise the major version (CONTRIBUTING.md)');
});

const ANSWER = {
  type: 'object',
  required: ['id', 'state'],
  properties: {
    id: { type: 'integer' },
    state: { type: 'string', enum: ['draft', 'done'] },
    doi: { anyOf: [{ type: 'string' }, { type: 'null' }] },
    files: {
      type: 'array',
      items: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
    },
  },
};

const SMALL = {
  info: { version: '1.0.0' },
  components: {
    schemas: { Answer: ANSWER, Problem: { type: 'object', properties: { code: { type: 'string' } } } },
    parameters: {
      Page: { in: 'query', name: 'page', schema: { type: 'integer', minimum: 1, maximum: 100 } },
    },
  },
  paths: {
    '/things/{id}': {
      post: {
        parameters: [
          { in: 'path', name: 'id', required: true, schema: { type: 'string', pattern: '^[0-9]+$' } },
          { in: 'header', name: 'prefer', schema: { type: 'string' } },
          { $ref: '#/components/parameters/Page' },
        ],
        requestBody: {
          required: false,
          content: {
            'application/json': {
              schema: {
                anyOf: [
                  {
                    type: 'object',
                    required: ['title'],
                    properties: {
                      title: { type: 'string', maxLength: 10 },
                      mode: { type: 'string', enum: ['merge', 'replace'] },
                      size: { type: 'number' },
                    },
                  },
                  { type: 'null' },
                ],
              },
            },
            'multipart/form-data': { schema: { type: 'object' } },
          },
        },
        responses: {
          200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Answer' } } } },
          404: {
            content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
          },
        },
      },
    },
  },
};

/** The small contract after a change of it. */
// biome-ignore lint/suspicious/noExplicitAny: changes reach anywhere into the document
function after(change: (parts: any) => void): Contract {
  const contract = structuredClone(SMALL);
  const call = contract.paths['/things/{id}'].post;
  const body = call.requestBody.content['application/json'].schema.anyOf[0];
  change({ contract, call, body, answer: contract.components.schemas.Answer });
  return contract as unknown as Contract;
}

t.test('what breaks a caller, and what does not', async (t) => {
  // biome-ignore lint/suspicious/noExplicitAny: see above
  const breaking: [string, RegExp, (parts: any) => void][] = [
    ['a path', /POST \/things\/\{id\} is gone/, ({ contract }) => (contract.paths = {})],
    ['a method', /is gone/, ({ contract }) => (contract.paths['/things/{id}'] = { get: {} })],
    ['a status', /status 404 is gone/, ({ call }) => delete call.responses[404]],
    [
      'a content type of answers',
      /200 is not application\/json/,
      ({ call }) => (call.responses[200].content = {}),
    ],
    [
      'a content type of bodies',
      /multipart\/form-data is not taken/,
      ({ call }) => delete call.requestBody.content['multipart/form-data'],
    ],
    ['an answered property', /200\.doi is gone/, ({ answer }) => delete answer.properties.doi],
    [
      'one further in',
      /200\.files\[\]\.name is gone/,
      ({ answer }) => delete answer.properties.files.items.properties.name,
    ],
    ['a certain property', /200\.id may be missing/, ({ answer }) => answer.required.shift()],
    [
      'an answer’s type',
      /200\.id may be string/,
      ({ answer }) => (answer.properties.id.type = ['integer', 'string']),
    ],
    [
      'an answer that may be null',
      /200\.state may be null/,
      ({ answer }) => (answer.properties.state.type = ['string', 'null']),
    ],
    ['an answer’s number', /200\.id may be number/, ({ answer }) => (answer.properties.id.type = 'number')],
    [
      'a new required parameter',
      /query key is required/,
      ({ call }) => call.parameters.push({ in: 'query', name: 'key', required: true }),
    ],
    ['a parameter', /header prefer is gone/, ({ call }) => call.parameters.splice(1, 1)],
    [
      'a parameter now required',
      /header prefer is required/,
      ({ call }) => (call.parameters[1].required = true),
    ],
    [
      'a parameter’s limit',
      /query page has a stricter maximum/,
      ({ contract }) => (contract.components.parameters.Page.schema.maximum = 50),
    ],
    [
      'a parameter’s pattern',
      /path id has a stricter pattern/,
      ({ call }) => (call.parameters[0].schema.pattern = '^[0-9]{1,3}$'),
    ],
    ['a body now required', /a body is required/, ({ call }) => (call.requestBody.required = true)],
    ['a field now required', /body\.mode is required/, ({ body }) => body.required.push('mode')],
    ['a new required field', /body\.key is required/, ({ body }) => body.required.push('key')],
    ['a choice', /body\.mode does not take replace/, ({ body }) => (body.properties.mode.enum = ['merge'])],
    [
      'choices where all was free',
      /body\.title takes only certain/,
      ({ body }) => (body.properties.title.enum = ['a']),
    ],
    [
      'a field’s length',
      /body\.title has a stricter maxLength/,
      ({ body }) => (body.properties.title.maxLength = 5),
    ],
    ['a field’s type', /body\.size cannot be number/, ({ body }) => (body.properties.size.type = 'integer')],
    ['other fields', /takes no other properties/, ({ body }) => (body.additionalProperties = false)],
  ];
  for (const [name, sentence, change] of breaking) {
    const found = breakingChanges(SMALL as unknown as Contract, after(change));
    t.match(found.join('\n'), sentence, `breaks: ${name}`);
  }

  // biome-ignore lint/suspicious/noExplicitAny: see above
  const harmless: [string, (parts: any) => void][] = [
    ['nothing', () => undefined],
    ['a new path', ({ contract }) => (contract.paths['/more'] = { get: {} })],
    ['a new status', ({ call }) => (call.responses[409] = {})],
    ['a new property of answers', ({ answer }) => (answer.properties.more = { type: 'string' })],
    ['a new value of answers', ({ answer }) => answer.properties.state.enum.push('lost')],
    ['a property that is certain now', ({ answer }) => answer.required.push('doi')],
    ['an answer that is never null now', ({ answer }) => (answer.properties.doi = { type: 'string' })],
    ['a new optional parameter', ({ call }) => call.parameters.push({ in: 'query', name: 'more' })],
    ['a header in other letters', ({ call }) => (call.parameters[1].name = 'Prefer')],
    ['a new optional field', ({ body }) => (body.properties.more = { type: 'string' })],
    ['a new choice', ({ body }) => body.properties.mode.enum.push('none')],
    ['a field that may be left out', ({ body }) => body.required.pop()],
    ['a wider type', ({ body }) => (body.properties.size.type = ['number', 'string'])],
    ['a longer text', ({ body }) => (body.properties.title.maxLength = 20)],
    ['other words', ({ call }) => (call.description = 'Better.')],
    [
      'a schema in place instead of a reference',
      ({ call, answer }) => (call.responses[200].content['application/json'].schema = answer),
    ],
  ];
  for (const [name, change] of harmless) {
    t.same(breakingChanges(SMALL as unknown as Contract, after(change)), [], `harmless: ${name}`);
  }
});
