import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import t from 'tap';
import { createControls } from '../control/controls.js';
import { parseOptions } from '../options.js';
import { buildMock } from '../server.js';

/** Repeatable; the time limit and not the number of runs ends it on a slow machine. */
const RUN = { seed: 20_261_123, interruptAfterTimeLimit: 12_000, markInterruptAsFailure: false };

const STATUSES = new Set([
  200, 201, 202, 204, 301, 302, 400, 401, 403, 404, 405, 406, 409, 410, 412, 413, 415, 500,
]);
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const FIELDS = [
  'title',
  'upload_type',
  'publication_type',
  'image_type',
  'publication_date',
  'creators',
  'description',
  'access_right',
  'license',
  'embargo_date',
  'access_conditions',
  'doi',
  'prereserve_doi',
  'keywords',
  'notes',
  'method',
  'related_identifiers',
  'contributors',
  'references',
  'communities',
  'grants',
  'journal_title',
  'conference_title',
  'conference_url',
  'imprint_isbn',
  'partof_title',
  'thesis_supervisors',
  'thesis_university',
  'subjects',
  'version',
  'language',
  'locations',
  'dates',
  'custom',
  'resource_type',
  'rights',
  'languages',
  'funding',
  'publisher',
];
const WORDS = [
  'dataset',
  'open',
  'embargoed',
  'closed',
  'cc-by',
  'mit',
  '2024-01-01',
  '2024/2023',
  'Doe, Jane',
  '10.5281/zenodo.123457',
  '10.1234/abc',
  'cites',
  'isCitedBy',
  'publication',
  'article',
  'eng',
  'en',
  '0000-0002-1825-0097',
  'https://example.org',
  '<script>alert(1)</script><b>bold</b>',
  '{"a":1}',
  '__proto__',
  'constructor',
  '2024-13-45',
  '283595',
  '\u0000',
  '💥',
];

interface Sent {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer;
}

interface Received {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

const wellFormed = (text: string) => Buffer.from(text).toString();
const agent = new Agent({ keepAlive: true, maxSockets: 4 });

function send(url: string, { method, path, headers, body }: Sent): Promise<Received> {
  return new Promise((resolve, reject) => {
    const length =
      body.length > 0 || method === 'POST' || method === 'PUT' ? { 'content-length': body.length } : {};
    const { hostname, port } = new URL(url);
    const request = httpRequest(
      { hostname, port, agent, method, path, headers: { ...headers, ...length }, timeout: 20_000 },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            text: Buffer.concat(chunks).toString(),
          }),
        );
        answer.on('error', reject);
      },
    );
    request.on('timeout', () => request.destroy(new Error('No answer.')));
    request.on('error', reject);
    request.end(body);
  });
}

/** Throws unless the answer is one of Zenodo's shapes for this kind of path. */
function judge(sent: Sent, { status, headers, text }: Received): void {
  const fail = (why: string): never => {
    throw new Error(`${why}: ${sent.method} ${sent.path} → ${status} ${text.slice(0, 300)}`);
  };
  const path = sent.path.replace(/[?#].*$/s, '').replace(/\/{2,}/g, '/');
  if (!STATUSES.has(status)) fail('status');
  if (path === '/' || path.startsWith('/_mock')) return;
  for (const name of ['x-ratelimit-limit', 'retry-after', 'x-request-id', 'server']) {
    if (headers[name] === undefined) fail(`no ${name}`);
  }
  const api = /^\/api(\/|$)/.test(path);
  if (api !== (headers['access-control-allow-origin'] === '*')) fail('CORS');
  if (status < 400 || sent.method === 'HEAD') return;
  const type = headers['content-type'] ?? '';
  if (!api) {
    if (!/^(text\/html|application\/json)/.test(type)) fail('type of a page');
    return;
  }
  if (!type.startsWith('application/json')) fail('type of an error');
  const body: { status?: unknown; message?: unknown } = JSON.parse(text);
  if (body.status !== status || typeof body.message !== 'string' || body.message === '')
    fail('shape of an error');
  const compact = /^\{"message":"(?:[^"\\]|\\.)*","status":\d+\}\n$/.test(text);
  const spaced = text.startsWith(`{"status": ${status}, "message": `) && !text.endsWith('\n');
  if (compact === spaced) fail('spacing of an error');
}

const mock = await buildMock(parseOptions({}));
/**
 * What no handler meant to throw: each would be a crash of the mock that only looks like Zenodo's
 * 500.
 */
const crashes: string[] = [];
const ACCIDENTS: unknown[] = [Error, TypeError, RangeError, ReferenceError, SyntaxError, URIError, EvalError];
mock.addHook('onError', async (request, _reply, error) => {
  if (!ACCIDENTS.includes(error.constructor) || request.url.startsWith('/_mock')) return;
  crashes.push(`${request.method} ${request.url}: ${error.stack}`);
});
await mock.listen({ port: 0, host: '127.0.0.1' });
const url = `http://127.0.0.1:${(mock.server.address() as AddressInfo).port}`;
t.teardown(async () => {
  agent.destroy();
  await mock.close();
});

const { depositions } = await createControls(mock.mock).seed({
  communities: [{ slug: 'data', owner: 'mock-user', reviewPolicy: 'open' }],
  depositions: [
    {},
    {
      metadata: { title: 'Published', upload_type: 'dataset', creators: [{ name: 'Doe, Jane' }] },
      files: [{ name: 'a.txt', content: 'hello' }],
      state: 'published',
    },
  ],
});
const [draft, record] = depositions;
const DRAFT = draft?.id ?? 0;

const json = fc.jsonValue({ maxDepth: 3 });
const value = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...WORDS) },
  { weight: 2, arbitrary: json },
  fc.array(
    fc.dictionary(
      fc.constantFrom(
        'name',
        'identifier',
        'relation',
        'id',
        'scheme',
        'type',
        'start',
        'lat',
        'place',
        'orcid',
        'term',
      ),
      fc.oneof(fc.constantFrom(...WORDS), json),
      { maxKeys: 4 },
    ),
    { maxLength: 3 },
  ),
);
const metadata = fc.dictionary(
  fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...FIELDS) }, fc.string()),
  value,
  { maxKeys: 8 },
);
const id = fc.oneof(
  fc.constantFrom(
    String(DRAFT),
    String(record?.id),
    String(record?.conceptId),
    '0',
    '-1',
    '1e3',
    '99999999999999999999',
    'none',
  ),
  fc.string({ minLength: 1, maxLength: 12 }).map(encodeURIComponent),
);
const key = fc.oneof(
  fc.constantFrom('a.txt', 'b.csv', '..', '%2e%2e', 'a%2Fb', '%', '%ff', '%00'),
  fc.string({ unit: 'binary', maxLength: 300 }).map((text) => encodeURIComponent(wellFormed(text))),
);
const bucket = fc.oneof(fc.constantFrom(draft?.bucket ?? '', record?.bucket ?? '', 'none'), fc.uuid());
const text = fc
  .oneof(fc.constantFrom(...WORDS), fc.string({ maxLength: 30 }))
  .map((word) => encodeURIComponent(wellFormed(word)));
const query = fc.oneof(
  fc.constant(''),
  fc
    .tuple(
      fc.constantFrom(
        'q',
        'page',
        'size',
        'sort',
        'all_versions',
        'access_token',
        'status',
        'code',
        'client_id',
        'redirect_uri',
        'response_type',
        'uploads',
      ),
      text,
    )
    .map(([name, word]) => `?${name}=${word}`),
  fc.string({ unit: 'grapheme-ascii', maxLength: 20 }).map((raw) => `?${raw.replace(/[^!-~]/g, '')}`),
);
const path = fc.oneof(
  fc
    .tuple(
      id,
      fc.constantFrom(
        '',
        '/files',
        '/actions/publish',
        '/actions/edit',
        '/actions/discard',
        '/actions/newversion',
        '/actions/x',
        '/formats',
        '/',
      ),
    )
    .map(([one, rest]) => `/api/deposit/depositions/${one}${rest}`),
  fc.constantFrom(
    '/api/deposit/depositions',
    '/api/deposit/depositions/',
    '//api//deposit/depositions',
    '/api/records',
    '/api/user/records',
    '/api/licenses',
    '/api/vocabularies/licenses',
    '/api/funders',
    '/oauth/authorize',
    '/oauth/token',
    '/oauth/ping',
    '/oauth/errors',
    '/',
    '/_mock/state',
    '/_mock/faults/names',
  ),
  fc.tuple(id, fc.uuid()).map(([one, file]) => `/api/deposit/depositions/${one}/files/${file}`),
  fc.tuple(bucket, key).map(([one, name]) => `/api/files/${one}/${name}`),
  fc
    .tuple(
      id,
      key,
      fc.constantFrom(
        '',
        '/draft',
        '/draft/files',
        '/draft/actions/publish',
        '/draft/pids/doi',
        '/versions',
        '/versions/latest',
        '/files',
        '/communities',
        '/draft/review',
      ),
    )
    .map(([one, _name, rest]) => `/api/records/${one}${rest}`),
  fc
    .tuple(id, key, fc.constantFrom('', '/content', '/commit'), fc.boolean())
    .map(
      ([one, name, rest, ofDraft]) => `/api/records/${one}${ofDraft ? '/draft' : ''}/files/${name}${rest}`,
    ),
  fc.string({ unit: 'grapheme-ascii', maxLength: 40 }).map((raw) => `/${raw.replace(/[^!-~]/g, '')}`),
);
const headers = fc.record(
  {
    authorization: fc.constantFrom(
      'Bearer mock-token',
      'Bearer mock-token',
      'Bearer mock-token-2',
      'Bearer dead',
      'Basic bW9jaw==',
      'Bearer',
      '',
    ),
    'content-type': fc.constantFrom(
      'application/json',
      'application/json',
      'application/octet-stream',
      'application/json; charset=utf-8',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'multipart/form-data',
      'text/plain',
      '',
      ';;',
    ),
    accept: fc.constantFrom(
      'application/json',
      '*/*',
      'text/html',
      'application/vnd.inveniordm.v1+json',
      'application/x-bibtex',
      ',',
      '',
    ),
    'if-match': fc.constantFrom('1', '"1"', '999', 'x', ''),
    cookie: fc.constantFrom(
      'a=b',
      'mock_zenodo_session=mock-user',
      'mock_zenodo_session=%',
      'csrftoken=x.y.z',
      '=',
      ';',
    ),
    range: fc.constantFrom('bytes=0-1', 'bytes=9-', 'x'),
    'user-agent': fc
      .string({ unit: 'grapheme-ascii', maxLength: 10 })
      .map((raw) => raw.replace(/[^!-~]/g, '')),
  },
  { requiredKeys: [] },
);
const body = fc.oneof(
  fc.constant(Buffer.alloc(0)),
  fc
    .oneof(
      metadata.map((fields) => ({ metadata: fields })),
      metadata,
      json,
      fc.record({ metadata: json }),
    )
    .map((content) => Buffer.from(JSON.stringify(content))),
  fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom(
      '{',
      'grant_type=refresh_token&refresh_token=x&client_id=mock-client&client_secret=mock-secret',
      'client_id=mock-client&client_secret=mock-secret&grant_type=authorization_code',
      'confirm=yes',
      '--x\r\nContent-Disposition: form-data; name="file"; filename="a/b.txt"\r\n\r\nhi\r\n--x--\r\n',
      '--x\r\n\r\n',
    )
    .map((raw) => Buffer.from(raw)),
);

async function tried(sent: Sent): Promise<Received> {
  const received = await send(url, sent);
  judge(sent, received);
  if (crashes.length > 0) throw new Error(crashes.splice(0).join('\n'));
  return received;
}

t.test('any request gets an answer that Zenodo could give', async (t) => {
  const anything = fc.record({
    method: fc.constantFrom(...METHODS),
    path: fc.tuple(path, query).map(([one, two]) => one + two),
    headers,
    body,
  });
  await fc.assert(
    fc.asyncProperty(anything, async (sent) => void (await tried(sent))),
    { ...RUN, numRuns: 4000 },
  );
  t.equal(
    (
      await send(url, {
        method: 'GET',
        path: '/api/deposit/depositions',
        headers: { authorization: 'Bearer mock-token' },
        body: Buffer.alloc(0),
      })
    ).status,
    200,
    'still there',
  );
});

t.test('any metadata is saved, refused, shown and published or not, in either API', async (t) => {
  const known = { authorization: 'Bearer mock-token', 'content-type': 'application/json' };
  const rdm = { ...known, accept: 'application/vnd.inveniordm.v1+json' };
  const call = (method: string, where: string, content: unknown, of: Record<string, string> = known) =>
    tried({
      method,
      path: where,
      headers: of,
      body: content === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(content)),
    });
  let saved = 0;
  await fc.assert(
    fc.asyncProperty(metadata, metadata, async (first, second) => {
      const created = await call('POST', '/api/deposit/depositions', { metadata: first });
      if (created.status !== 201) return;
      saved += 1;
      const where = `/api/deposit/depositions/${JSON.parse(created.text).id}`;
      const records = `/api/records/${JSON.parse(created.text).id}`;
      await call('PUT', where, { metadata: second });
      for (const [at, of] of [
        [where, known],
        [`${records}/draft`, rdm],
        [`${records}/draft`, known],
      ] as const) {
        const shown = await call('GET', at, undefined, of);
        if (shown.status !== 200)
          throw new Error(`A saved draft cannot be read: ${shown.status} ${shown.text}`);
      }
      await call('PUT', `${records}/draft`, { metadata: second, access: first, custom_fields: first }, rdm);
      await call('POST', `${where}/actions/publish`, undefined);
      await call('GET', where, undefined);
      await call('DELETE', where, undefined);
    }),
    { ...RUN, numRuns: 600 },
  );
  t.ok(saved > 20, `${saved} drafts were saved`);
  const listed = await call('GET', '/api/deposit/depositions?all_versions=true&size=100', undefined);
  t.equal(listed.status, 200, 'the listing shows them all');
});
