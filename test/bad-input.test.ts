import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { request } from 'undici';
import { isUnstorableText } from '../src/database/failures.js';
import type { ErrorCode } from '../src/errors.js';
import { logStream } from '../src/log.js';
import { userMessage } from '../src/user-messages/user-message.js';
import { authorize, CALLBACK, call } from './consent.js';
import { connectTo } from './database.js';
import { lackOfPython, PYTHON } from './debian.js';
import { type Spoil, startHostileZenodo } from './hostile-zenodo.js';
import { startService, type TestService } from './service.js';
import { silenceDuring } from './silence-during.js';
import { announce } from './tus-caller.js';
import { formOf, newDraft, stored, TOKEN, upload } from './uploads.js';

interface Sent {
  method?: 'GET' | 'POST' | 'DELETE' | 'PUT';
  headers?: Record<string, string>;
  body?: string | Buffer;
}

interface Answered {
  status: number;
  type: string;
  body: Record<string, unknown>;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const BEARER = { authorization: `Bearer ${TOKEN}` };

/** Sends bytes as they are. */
async function send(url: string, { method = 'POST', headers = {}, body }: Sent): Promise<Answered> {
  const answer = await request(url, { method, headers, ...(body === undefined ? {} : { body }) });
  const text = await answer.body.text();
  const type = String(answer.headers['content-type'] ?? '');
  return { status: answer.statusCode, type, body: text === '' ? {} : JSON.parse(text) };
}

/** A refusal that a caller can act on: a problem with this code, which names these fields. */
function isRefused(
  t: Test,
  answer: Answered,
  status: number,
  code: string,
  name: string,
  fields: string[] = [],
) {
  t.match(
    answer,
    {
      status,
      type: 'application/problem+json',
      body: {
        status,
        code,
        detail: /^.{10,}[.?]$/s,
        user_message: userMessage(code as ErrorCode, 'en'),
        error: code,
        request_id: /.+/,
      },
    },
    name,
  );
  const named = (answer.body['errors'] as { field: string }[] | undefined)?.map(({ field }) => field) ?? [];
  t.same(
    fields.filter((field) => !named.includes(field)),
    [],
    `${name}: names ${fields.join(', ') || 'what it must'}`,
  );
}

/** Nothing of what was refused is on disk, in the database, or at Zenodo. */
async function nothingIsLeft(t: Test, service: TestService, id: number, kept: string[] = []): Promise<void> {
  const client = await connectTo(t, service.databaseUrl);
  const unfinished = async () => {
    const { rows } = await client.query(
      `SELECT count(*)::int AS n FROM uploads WHERE state NOT IN ('done', 'failed', 'cancelled')`,
    );
    return [
      ...(await readdir(service.stagingDir)).filter((name) => /^[0-9a-f-]{36}$/.test(name)),
      ...rows.filter(({ n }) => n > 0),
    ];
  };
  for (const until = Date.now() + 10_000; Date.now() < until && (await unfinished()).length > 0; ) {
    await new Promise((done) => setTimeout(done, 100));
  }
  t.same(await unfinished(), [], 'nothing in staging, no upload open');
  const names = Object.keys(stored(service.mock, id)).filter((name) => !kept.includes(name));
  t.same(names, [], 'nothing at Zenodo');
}

t.test('calls with a wrong body', async (t) => {
  const service = await startService(t);
  const { url, mock } = service;
  const id = await newDraft(mock);
  const withBody = ['/oauth/authorize', '/oauth/callback', '/oauth/refresh', `/depositions/${id}/metadata`];
  for (const path of withBody) {
    for (const body of ['{"access_token": ', '[1,]', 'access_token=x', '\u0000']) {
      const answer = await send(url + path, { headers: { ...JSON_TYPE, ...BEARER }, body });
      isRefused(t, answer, 400, 'invalid_json', `${path} ${JSON.stringify(body)}`);
    }
    for (const body of ['{"title": 1, "title": 2}', '{"a": [{"b": {}, "c": 0, "\\u0062": 1}], "c": 2}']) {
      const answer = await send(url + path, { headers: { ...JSON_TYPE, ...BEARER }, body });
      isRefused(t, answer, 400, 'invalid_json', `${path} ${body}`);
      t.match(answer.body, { detail: /“(?:title|b)” twice/, errors: [{ field: /^(?:title|b)$/ }] });
    }
    for (const body of ['[]', '7', '"text"']) {
      const answer = await send(url + path, { headers: { ...JSON_TYPE, ...BEARER }, body });
      isRefused(t, answer, 400, 'invalid_request', `${path} ${body}`);
    }
    for (const type of ['text/csv', 'text/plain;charset=UTF-8']) {
      const answer = await send(url + path, { headers: { ...BEARER, 'content-type': type }, body: '{}' });
      isRefused(t, answer, 415, 'unsupported_media_type', `${path} ${type}`);
    }
    const empty = { headers: { ...BEARER, 'content-type': 'text/plain' }, body: '' };
    t.not((await send(url + path, empty)).status, 415, `${path}: an empty body is none`);
  }
  const missing: [string, string[]][] = [
    ['/oauth/authorize', ['container_id', 'django_callback_url']],
    ['/oauth/callback', ['state', 'django_callback_url']],
  ];
  for (const [path, fields] of missing) {
    isRefused(
      t,
      await send(url + path, { headers: JSON_TYPE, body: '{}' }),
      400,
      'invalid_request',
      path,
      fields,
    );
    const empty = await send(url + path, { headers: JSON_TYPE, body: '' });
    t.match(empty, { status: 400, body: { code: /^invalid_(request|json)$/ } }, `${path} with an empty body`);
  }
  const wrongType = { container_id: { a: 1 }, django_callback_url: 5 };
  isRefused(
    t,
    await send(`${url}/oauth/authorize`, { headers: JSON_TYPE, body: JSON.stringify(wrongType) }),
    400,
    'invalid_request',
    'wrong types',
    ['container_id', 'django_callback_url'],
  );
  const long = JSON.stringify({ container_id: 'x'.repeat(2 ** 20), django_callback_url: CALLBACK });
  isRefused(
    t,
    await send(`${url}/oauth/authorize`, { headers: JSON_TYPE, body: long }),
    413,
    'payload_too_large',
    'huge',
  );
  t.equal(
    (await send(`${url}/depositions/${id}`, { method: 'DELETE', headers: { ...JSON_TYPE, ...BEARER } }))
      .status,
    204,
    'a DELETE that claims to hold JSON and holds nothing is simply done',
  );
});

t.test('what no hook and no route ever sees, and what the database cannot hold', async (t) => {
  const service = await startService(t);
  const { url } = service;
  const id = await newDraft(service.mock);
  const { hostname, port } = new URL(url);
  const overWire = async (bytes: string): Promise<Answered> => {
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    socket.end(bytes);
    await once(socket, 'close');
    const [head = '', body = ''] = text.split('\r\n\r\n');
    return {
      status: Number(head.split(' ')[1]),
      type: /^content-type: (.*)$/im.exec(head)?.[1]?.trim() ?? '',
      body: JSON.parse(body),
    };
  };
  isRefused(t, await overWire('hello\r\n\r\n'), 400, 'invalid_request', 'bytes that are not HTTP');
  isRefused(
    t,
    await overWire(`GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`),
    400,
    'invalid_request',
    'headers of 20 kB',
  );
  for (const hosts of [
    ['a', 'b'],
    ['a', 'a'],
    [],
    ['a"><b'],
    ['user:secret@a'],
    ['a/b'],
    ['a?b'],
    ['a b'],
    ['a\xe4'],
    ['[::1'],
    ['a:b'],
  ]) {
    const lines = hosts.map((host) => `Host: ${host}\r\n`).join('');
    const answer = await overWire(`GET / HTTP/1.1\r\n${lines}Connection: close\r\n\r\n`);
    isRefused(t, answer, 400, 'invalid_request', `hosts ${JSON.stringify(hosts)}`, ['host']);
  }
  for (const lines of [
    '1.0\r\n',
    '1.1\r\nhOST: [::1]:80\r\n',
    '1.1\r\nHost: a_b.example:\r\n',
    '1.1\r\nHost:\r\n',
  ]) {
    const answer = await overWire(`GET / HTTP/${lines}Connection: close\r\n\r\n`);
    t.equal(answer.status, 200, lines);
  }
  // As proxies name their cluster in a health check.
  const check = 'GET /healthz HTTP/1.1\r\nHost: outbound|80||x.svc\r\nConnection: close\r\n\r\n';
  t.equal((await overWire(check)).status, 200, 'a health check is answered');
  const half = `POST /depositions/${id}/files HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n`;
  isRefused(
    t,
    await overWire(`${half}Authorization: Bearer ${TOKEN}\r\nContent-Length: 5000\r\n\r\n--b\r\n`),
    400,
    'incomplete_body',
    'a body whose sender stops and waits',
  );
  for (const path of ['%FF', '1'.repeat(5000)]) {
    const answer = await send(`${url}/depositions/${path}`, { method: 'GET', headers: BEARER });
    isRefused(t, answer, 400, 'invalid_request', `a path with ${path.slice(0, 5)}`);
  }
  const nul = { container_id: 'a\0', django_callback_url: CALLBACK };
  const stateless = { container_id: 'a', django_callback_url: `${CALLBACK}\0` };
  for (const [path, json, field] of [
    ['/oauth/authorize', nul, 'container_id'],
    ['/oauth/authorize', stateless, 'django_callback_url'],
    ['/depositions', { container_id: 'a\0' }, 'container_id'],
  ] as const) {
    const sent = { headers: { ...JSON_TYPE, ...BEARER }, body: JSON.stringify(json) };
    isRefused(t, await send(url + path, sent), 400, 'invalid_request', `${path} with U+0000 in ${field}`, [
      field,
    ]);
  }
  for (const data of [
    { owner: 'nul', manifest: '\0' },
    { owner: 'nul', communitiesOwed: ['\0'] },
  ]) {
    const error = await service.app.database.draft.create({ data }).catch((reason: unknown) => reason);
    t.ok(isUnstorableText(error), `the database cannot hold ${JSON.stringify(data)}, and it is known why`);
  }
  const unknown = { method: 'GET', headers: { authorization: 'Bearer nonsense' } } as const;
  const none = await send(`${url}/depositions?container_id=none`, unknown);
  isRefused(t, none, 401, 'invalid_token', 'a list of nothing for a token that was never issued');
  const list = await send(`${url}/depositions?container_id=%00`, { method: 'GET', headers: BEARER });
  isRefused(t, list, 400, 'invalid_request', 'a query with U+0000', ['container_id']);
  const wrong = await request(`${url}/depositions/${id}`, { method: 'PATCH' });
  t.equal(wrong.headers['allow'], 'HEAD, DELETE, GET', 'a wrong method names the right ones in Allow');
  await wrong.body.dump();
});

t.test('people read what is wrong in the language of their browser', async (t) => {
  const { url } = await startService(t);
  const german = { 'accept-language': 'de-AT, en;q=0.5' };
  const missing = { method: 'GET', headers: german } as const;
  for (const [name, answer] of [
    ['a path that is no call', await send(`${url}/nowhere`, missing)],
    ['a URL that the router cannot read', await send(`${url}/depositions/%FF`, missing)],
    ['no token', await send(`${url}/uploads/00000000-0000-4000-8000-000000000000`, missing)],
    [
      'a broken body',
      await send(`${url}/oauth/authorize`, { headers: { ...JSON_TYPE, ...german }, body: '{' }),
    ],
  ] as const) {
    const { code, user_message } = answer.body;
    t.equal(user_message, userMessage(code as ErrorCode, 'de'), name);
    t.match(answer.body['detail'], /^[A-Z][a-z ]+/, 'detail stays as it is');
  }
});

t.test('each field that is wrong is named once, in words', async (t) => {
  const { url } = await startService(t);
  const faults = async (path: string, json: unknown) => {
    const { body } = await send(url + path, { headers: JSON_TYPE, body: JSON.stringify(json) });
    return (body['errors'] as { field: string; message: string }[]).map((f) => `${f.field} ${f.message}`);
  };
  t.same(await faults('/oauth/authorize', {}), ['container_id is missing', 'django_callback_url is missing']);
  t.same(await faults('/oauth/authorize', { container_id: '', django_callback_url: 5 }), [
    'container_id must not be empty',
    'django_callback_url must be a string',
  ]);
  t.same(await faults('/oauth/authorize', { container_id: null, django_callback_url: CALLBACK }), [
    'container_id must be an integer or a string',
  ]);
  t.same(await faults('/oauth/disconnect', { container_id: 'a' }), [
    'container_id is not a field of this call',
  ]);
  t.same(await faults('/oauth/authorize', []), [' must be an object']);
});

t.test('calls with a wrong id or token', async (t) => {
  const service = await startService(t);
  const { url, mock } = service;
  const id = await newDraft(mock);
  const calls: [NonNullable<Sent['method']>, string][] = [
    ['GET', '/verify'],
    ['POST', '/metadata'],
    ['POST', '/publish'],
    ['POST', '/files'],
    ['GET', ''],
    ['DELETE', ''],
  ];
  for (const [method, rest] of calls) {
    const form = rest === '/files' ? formOf({ 'a.csv': 'a' }, {}) : undefined;
    const body = form ? await new Response(form).arrayBuffer() : '{}';
    const boundary =
      form &&
      Buffer.from(body as ArrayBuffer)
        .toString('latin1', 2, 80)
        .split('\r\n')[0];
    const type = form ? { 'content-type': `multipart/form-data; boundary=${boundary}` } : JSON_TYPE;
    const ask = (which: string | number, headers = {}) =>
      send(`${url}/depositions/${which}${rest}`, {
        method,
        headers: { ...(method === 'POST' ? type : {}), ...headers },
        ...(method === 'POST' ? { body: typeof body === 'string' ? body : Buffer.from(body) } : {}),
      });
    for (const wrong of ['abc', '1.5', '-1', '1'.repeat(16), '%00', '0x1F', '1%2f..%2f2']) {
      isRefused(t, await ask(wrong, BEARER), 400, 'invalid_deposition_id', `${method} ${wrong}${rest}`, [
        'id',
      ]);
    }
    isRefused(t, await ask(id), 401, 'missing_token', `${method} ${rest} without a token`);
    for (const none of ['null', 'None', '']) {
      isRefused(
        t,
        await ask(id, { authorization: `Bearer ${none}` }),
        401,
        'missing_token',
        `${method} ${rest} Bearer ${none}`,
      );
    }
    for (const wrong of ['nonsense', `zds_${'A'.repeat(43)}`]) {
      const answer = await ask(id, { authorization: `Bearer ${wrong}` });
      isRefused(t, answer, 401, 'invalid_token', `${method} ${rest} ${wrong.slice(0, 8)}`);
    }
  }
  const huge = await send(`${url}/depositions/${id}/verify`, {
    method: 'GET',
    headers: { authorization: `Bearer ${'x'.repeat(12_000)}` },
  });
  t.ok(huge.status >= 400 && huge.status < 500, `a token of 12 kB: ${huge.status}`);
  await nothingIsLeft(t, service, id);
});

t.test('callbacks that do not belong to a flow', async (t) => {
  const { url } = await startService(t);
  const start = (django_callback_url: string) =>
    call(`${url}/oauth/authorize`, { json: { container_id: 1, django_callback_url } });
  const back = (json: object) => call(`${url}/oauth/callback`, { json });
  for (const foreign of [
    'https://evil.example/cb',
    'http://127.0.0.1.evil.example/',
    'javascript:alert(1)',
    'nowhere',
    '//127.0.0.1/',
  ]) {
    const answer = await start(foreign);
    t.match(answer, { status: 400, body: { code: /^(callback_url_not_allowed|invalid_request)$/ } }, foreign);
    t.match(JSON.stringify(answer.body), 'django_callback_url', `${foreign}: names the field`);
  }
  const flow = { code: 'abc', django_callback_url: CALLBACK };
  t.match(await back({ ...flow, state: 'never-issued' }), { status: 400, body: { code: 'state_unknown' } });
  for (const error of ['invalid_scope', 'unauthorized_client', 'server_error', 'access_denied', 'x\u0001']) {
    const invented = { error, state: 'never-issued', django_callback_url: CALLBACK };
    t.match(
      await back(invented),
      { status: 400, body: { code: 'state_unknown' } },
      `an invented ${JSON.stringify(error)}`,
    );
  }
  const { body } = await start(CALLBACK);
  const state = String(body['state']);
  t.match(await back({ ...flow, state, container_id: 'another' }), {
    status: 400,
    body: { code: 'state_mismatch' },
  });
  t.match(await back({ ...flow, state, django_callback_url: 'http://127.0.0.1:9/other' }), {
    status: 400,
    body: { code: 'state_mismatch' },
  });
  t.match(
    await back({ ...flow, state }),
    { status: 400, body: { code: 'code_refused' } },
    'Zenodo knows no such code',
  );
  t.match(await back({ ...flow, state }), { status: 400, body: { code: 'state_used' } });
  const { body: second } = await start(CALLBACK);
  const tooLong = { state: second['state'], django_callback_url: CALLBACK };
  t.match(await back({ ...tooLong, error: 'x'.repeat(201) }), {
    status: 400,
    body: { code: 'invalid_request' },
  });
  t.match(await back({ ...tooLong, error: 'x', error_description: '<'.repeat(2001) }), {
    status: 400,
    body: { code: 'invalid_request' },
  });
  t.match(await back({ error: 'access_denied', state: second['state'], django_callback_url: CALLBACK }), {
    status: 403,
    body: { code: 'access_denied' },
  });
});

t.test('files that cannot be taken', async (t) => {
  const service = await startService(t);
  const { url, mock } = service;
  const id = await newDraft(mock);
  const refused = async (name: string, status: number, code: string, form: Parameters<typeof upload>[2]) => {
    const answer = await upload(url, id, form);
    t.match(answer, { status, body: { code } }, name);
  };
  await refused('no file', 400, 'no_files', formOf({}));
  await refused('an empty file', 400, 'empty_file', { 'a.csv': 'a', 'empty.csv': '' });
  for (const name of [
    '../a.csv',
    '/etc/passwd',
    'C:\\a.csv',
    'a/../../b.csv',
    'a/ ',
    'a//b.csv',
    '..',
    'a\u0000b',
    'x'.repeat(300),
  ]) {
    await refused(`named ${JSON.stringify(name.slice(0, 20))}`, 400, 'invalid_file_name', { [name]: 'a' });
  }
  const leaving = await upload(url, id, { '../a.csv': 'a' });
  t.equal(leaving.body['detail'], 'The file name ../a.csv has the part "..". Rename it and send it again.');
  await refused('the same name twice', 400, 'duplicate_file_name', { 'a.csv': 'a', 'A.csv': 'b' });
  const asJson = await send(`${url}/depositions/${id}/files`, {
    headers: { ...JSON_TYPE, ...BEARER },
    body: '{}',
  });
  isRefused(t, asJson, 400, 'no_files', 'JSON instead of a form');
  const form = '--b\r\nContent-Disposition: form-data; name="f"; filename="a.csv"\r\n\r\na\r\n--b--\r\n';
  for (const type of ['application/json', 'Application/JSON; charset=utf-8']) {
    const named = await send(`${url}/depositions/${id}/files`, {
      headers: { 'content-type': type },
      body: form,
    });
    isRefused(t, named, 400, 'no_files', `a form that says it is ${type}`);
    t.match(named.body, { detail: /^This call expects a form/ });
  }
  const noBoundary = await send(`${url}/depositions/${id}/files`, {
    headers: { 'content-type': 'multipart/form-data', ...BEARER },
    body: 'x',
  });
  t.ok(noBoundary.status === 400 || noBoundary.status === 415, `no boundary: ${noBoundary.status}`);
  t.match(noBoundary.type, 'application/problem+json');
  // Good files of a refused form may have gone ahead; what is safe stays.
  await nothingIsLeft(t, service, id, ['a.csv']);
});

t.test('no method is answered with a 500', async (t) => {
  const service = await startService(t);
  const { hostname, port } = new URL(service.url);
  const raw = async (text: string) => {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(text);
    let said = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await once(socket, 'close');
    return said;
  };
  for (const method of ['QUERY', 'PATCH', 'PROPFIND', 'SEARCH', 'LINK', 'TRACE', 'REPORT', 'NONSENSE']) {
    for (const path of ['/depositions', '/nowhere']) {
      for (const body of ['', 'content-length: 3\r\n', 'content-type: \r\ncontent-length: 3\r\n']) {
        const head = `${method} ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${body}\r\n`;
        const answer = await raw(head + (body === '' ? '' : 'abc'));
        t.match(answer, /^HTTP\/1\.1 (400|404|405) /, `${method} ${path} ${body}`);
      }
    }
  }
  const query = 'QUERY /depositions HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n';
  t.match(await raw(query), /^HTTP\/1\.1 405 [\s\S]*allow: /i);

  t.match(
    await raw('CONNECT example.org:443 HTTP/1.1\r\nhost: x\r\n\r\n'),
    /^HTTP\/1\.1 400 [\s\S]*not a proxy/,
  );
  const expecting = 'GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\nexpect: a miracle\r\n\r\n';
  t.match(await raw(expecting), /^HTTP\/1\.1 200 /, 'what is expected may be ignored');
});

t.test('a caller who hangs up in mid-body is no error in the log', async (t) => {
  const logged: { level: string; code?: string; cause?: string; msg?: string }[] = [];
  t.intercept(logStream(), 'write', { value: (line: string) => void logged.push(JSON.parse(line)) });
  const service = await startService(t, { env: { LOG_LEVEL: 'info' } });
  const id = await newDraft(service.mock);
  const { hostname, port } = new URL(service.url);
  const form = '--b\r\nContent-Disposition: form-data; name="f"; filename="a.bin"\r\n\r\n';
  const calls: [string, string, string][] = [
    ['POST /depositions', 'Content-Type: application/json', '{"metadata": {"title": "'],
    ['POST /oauth/authorize', 'Content-Type: application/json', '{"container_id": "'],
    [`POST /depositions/${id}/files`, 'Content-Type: multipart/form-data; boundary=b', form],
    [`PUT /depositions/${id}/files/a.bin`, 'Content-Type: application/octet-stream', 'bytes'],
  ];
  let hangUps = 0;
  for (const [call, type, start] of calls) {
    for (const end of ['destroy', 'resetAndDestroy'] as const) {
      for (const filler of [0, 300_000]) {
        const socket = connect(Number(port), hostname);
        await once(socket, 'connect');
        const head = `${call} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\n${type}`;
        socket.write(`${head}\r\nContent-Length: 900000\r\n\r\n${start}`);
        await new Promise((done) => socket.write(Buffer.alloc(filler, 'x'), done));
        socket[end]();
        hangUps += 1;
      }
    }
  }
  // What is told of the bare connection, with the parser's cause, and of the upload, is no answer
  // to a request.
  const told = () =>
    logged.filter(
      ({ code, cause, msg }) =>
        code === 'incomplete_body' && cause === undefined && !msg?.includes('an upload'),
    );
  for (let left = 600; left > 0 && told().length < hangUps; left -= 1) await sleep(50);
  t.equal(told().length, hangUps, 'each is told once, as what it is');
  const asChunks = 'Transfer-Encoding: chunked\r\n\r\n64\r\n';
  const byTus = 'Tus-Resumable: 1.0.0\r\nContent-Type: application/offset+octet-stream';
  const fresh = () => `Upload-Length: 500000\r\nUpload-Metadata: filename ${btoa(randomUUID())}`;
  const { location } = await announce(service.url, id, 500_000, { filename: 'piece.bin' });
  const others = [
    `POST /depositions HTTP/1.1\r\nContent-Type: application/json\r\n${asChunks}{"metadata": {"title": "`,
    `POST /depositions/${id}/files HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=b\r\n${asChunks}${form}`,
    `POST /depositions HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9000\r\n\r\na=`,
    `PATCH ${new URL(location).pathname} HTTP/1.1\r\n${byTus}\r\nUpload-Offset: 0\r\nContent-Length: 500000\r\n\r\nbytes`,
    `POST /depositions/${id}/tus HTTP/1.1\r\n${byTus}\r\n${fresh()}\r\nContent-Length: 500000\r\n\r\nbytes`,
    `GET /depositions/${id} HTTP/1.1\r\n\r\n`,
    `GET /uploads/${randomUUID()}/events HTTP/1.1\r\n\r\n`,
    `POST /depositions/${id}/metadata HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n${'{"title": "a title"}'}`,
  ];
  for (const text of others) {
    for (const end of ['end', 'destroy', 'resetAndDestroy'] as const) {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      socket.write(text.replace('HTTP/1.1', `HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}`));
      await sleep(end === 'destroy' ? 0 : 100);
      socket[end]();
    }
  }
  const open = promisify(service.app.server.getConnections.bind(service.app.server));
  // But for the connections that the mock's caller keeps.
  for (let left = 600; left > 0 && (await open()) > 1; left -= 1) await sleep(50);
  await service.app.close();
  // A database that a busy machine keeps waiting is another matter.
  const errors = logged.filter(({ level }) => ['error', 'fatal'].includes(level));
  t.same(
    errors.filter(({ code }) => code !== 'service_unavailable'),
    [],
  );
});

/** A multipart body of parts, each its header lines and its bytes. */
function partsOf(...parts: [string, string][]): Buffer {
  const text = parts.map(([head, bytes]) => `--b\r\n${head}\r\n\r\n${bytes}\r\n`).join('');
  return Buffer.from(`${text}--b--\r\n`, 'latin1');
}

t.test('what is packed, or no UTF-8, is refused before any of it is kept', async (t) => {
  const service = await startService(t);
  const { url, mock } = service;
  const id = await newDraft(mock);
  const at = `/depositions/${id}`;
  const urlencoded = { ...BEARER, 'content-type': 'application/x-www-form-urlencoded' };
  for (const bytes of [
    'title=K\xe4se',
    'title=K%E4se',
    'title=100%',
    'title=%zz',
    'K%FFse=x',
    'title=%ED%A0%80',
  ]) {
    const sent = { headers: urlencoded, body: Buffer.from(bytes, 'latin1') };
    isRefused(t, await send(`${url}${at}/metadata`, sent), 400, 'invalid_request', `urlencoded ${bytes}`);
    const named = { ...urlencoded, 'content-type': `${urlencoded['content-type']}; charset=iso-8859-1` };
    isRefused(
      t,
      await send(`${url}${at}/metadata`, { ...sent, headers: named }),
      400,
      'invalid_request',
      bytes,
    );
  }
  for (const query of ['container_id=%E4', 'container_id=100%', 'container_id=%zz', 'nothing=%C0%80']) {
    const answer = await send(`${url}/depositions?${query}`, { method: 'GET', headers: BEARER });
    isRefused(t, answer, 400, 'invalid_request', `a query ${query}`);
  }
  for (const coding of ['gzip', 'br', 'deflate, identity', 'x-mine']) {
    const packed = { ...BEARER, ...JSON_TYPE, 'content-encoding': coding };
    const calls: [NonNullable<Sent['method']>, string, string][] = [
      ['POST', `${at}/metadata`, '{"title":"A title"}'],
      ['POST', '/oauth/authorize', '{}'],
      ['DELETE', at, '{}'],
      ['PUT', `${at}/files/a.csv`, 'a'],
    ];
    for (const [method, path, body] of calls) {
      const answer = await send(url + path, { method, headers: packed, body });
      isRefused(t, answer, 415, 'unsupported_media_type', `${method} ${coding}`, ['content-encoding']);
    }
  }
  const multipart = { ...BEARER, 'content-type': 'multipart/form-data; boundary=b' };
  const file = (name: string, more = ''): [string, string] => [
    `Content-Disposition: form-data; name="files"; filename="${name}"${more}`,
    'abc',
  ];
  const field = (name: string, value: string, more = ''): [string, string] => [
    `Content-Disposition: form-data; name="${name}"${more}`,
    value,
  ];
  const refused: [string, number, string, [string, string][]][] = [
    ['a file name', 400, 'invalid_file_name', [file('K\xe4se.csv')]],
    [
      'an encoded file name',
      400,
      'invalid_file_name',
      [['Content-Disposition: form-data; name="files"; filename*=UTF-8\'\'K%E4se.csv', 'abc']],
    ],
    ['the name of a field', 400, 'invalid_request', [field('f\xe4', 'x'), file('a.csv')]],
    ['the value of a field', 400, 'invalid_request', [field('note', '\xe4'), file('a.csv')]],
    ['sizes', 400, 'invalid_request', [field('sizes', '{"\xe4.csv":3}'), file('a.csv')]],
    [
      'sizes as JSON',
      400,
      'invalid_request',
      [field('sizes', '{"\xe4":3}', '\r\nContent-Type: application/json'), file('a.csv')],
    ],
    ['the token', 400, 'invalid_request', [field('access_token', 'mock-token\xe4'), file('a.csv')]],
    [
      'a part without a name',
      400,
      'malformed_multipart',
      [['Content-Disposition: form-data', 'x'], file('a.csv')],
    ],
    ...[
      ['a name with blanks but without quotes', 'filename=a b.csv'],
      ['a name in pieces', 'filename*0="a"; filename*1=".csv"'],
      ['an encoded name in pieces', "filename*0*=UTF-8''a; filename*1=.csv"],
      ['two names', 'filename="a.csv"; filename="b.csv"'],
      ['an open quote', 'filename="a.csv'],
      ['a quote within', 'filename="a"b.csv"'],
      ['a backslash at the end', 'filename="a\\"'],
      ['an encoded field name', 'name*=utf-8\'\'a; filename="a.csv"'],
      ['filename* without a form', 'filename="a.csv"; filename*=b.csv'],
      ['filename* without a charset', "filename*=''%C3%A4.csv"],
    ].map(([name = '', said = '']): (typeof refused)[number] => [
      name,
      400,
      'malformed_multipart',
      [[`Content-Disposition: form-data; name="files"; ${said}`, 'abc']],
    ]),
    ...["x-unknown''b.csv", "UTF-8''%E4.csv"].map((said): (typeof refused)[number] => [
      said,
      400,
      'invalid_file_name',
      [[`Content-Disposition: form-data; name="files"; filename="a.csv"; filename*=${said}`, 'abc']],
    ]),
    ...['base64', 'Quoted-Printable', 'x-uuencode', 'gzip'].flatMap((coding): typeof refused => {
      const more = `\r\nContent-Transfer-Encoding: ${coding}`;
      return [
        [coding, 415, 'unsupported_media_type', [file('a.csv', more)]],
        [`${coding} field`, 415, 'unsupported_media_type', [field('archive', 'emlw', more), file('a.csv')]],
      ];
    }),
  ];
  for (const [name, status, code, parts] of refused) {
    const answer = await send(`${url}${at}/files`, { headers: multipart, body: partsOf(...parts) });
    isRefused(t, answer, status, code, name);
  }
  await nothingIsLeft(t, service, id);
  const parts = ['7bit', '8bit', 'BINARY'].map((coding) =>
    file(`${coding}.csv`, `\r\nContent-Transfer-Encoding: ${coding}`),
  );
  const kept = await send(`${url}${at}/files`, { headers: multipart, body: partsOf(...parts) });
  t.equal(kept.status, 200, 'what stands as it is is taken');
  const named: [string, string][] = [
    // As .NET sends it.
    ['Käse 1.csv', 'filename="=?utf-8?B?S8Okc2UgMS5jc3Y=?="; filename*=utf-8\'\'K%C3%A4se%201.csv'],
    ['Käse 2.csv', 'filename*=UTF-8\'de\'K%C3%A4se%202.csv; filename="K_se 2.csv"'],
    ['Käse 3.csv', "filename*=iso-8859-1''K%E4se%203.csv"],
    ['a;b"c.csv', 'filename="a;b\\"c.csv"; size=3'],
    ['bare.csv', 'filename=bare.csv;'],
    ["it's.csv", "filename*=UTF-8''it's.csv"],
  ];
  for (const [name, said] of named) {
    const body = partsOf([`content-disposition: form-data;\r\n name="files"; ${said}`, name]);
    const answer = await send(`${url}${at}/files`, { headers: multipart, body });
    t.match(answer, { status: 200, body: { files: [{ filename: name }] } }, name);
  }
  const utf8 = { headers: urlencoded, body: 'title=K%C3%A4se+%25' };
  t.match(await send(`${url}${at}/metadata`, utf8), { status: 200, body: { title: 'Käse %' } });
});

t.test('a body that breaks off', async (t) => {
  const service = await startService(t);
  const id = await newDraft(service.mock);
  const { hostname, port } = new URL(service.url);
  const head =
    '--b\r\nContent-Disposition: form-data; name="access_token"\r\n\r\n' +
    `${TOKEN}\r\n--b\r\nContent-Disposition: form-data; name="f"; filename="a.bin"\r\n\r\n`;
  for (const sent of [10, 300_000]) {
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write(
      `POST /depositions/${id}/files HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 5000000\r\n\r\n${head}`,
    );
    socket.write(Buffer.alloc(sent, 1), () => socket.destroy());
    await once(socket, 'close');
  }
  const complete = `${head}bytes without an end`;
  const answer = await send(`${service.url}/depositions/${id}/files`, {
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
    body: complete,
  });
  isRefused(t, answer, 400, 'incomplete_body', 'a form without its end');
  await nothingIsLeft(t, service, id);
});

t.test('a refusal before the end of the body closes the connection, but only after the body', async (t) => {
  const { url, mock } = await startService(t);
  const id = await newDraft(mock);
  const { hostname, port } = new URL(url);
  const heads = [
    [`PUT /depositions/${id}/files/a.bin HTTP/1.1`, 'Content-Length: 5000000'],
    [`PUT /depositions/${id}/files/a.bin HTTP/1.1`, 'Transfer-Encoding: chunked'],
    ['POST /nowhere HTTP/1.1', 'Content-Length: 5000000'],
    ['POST /%ff HTTP/1.1', 'Content-Length: 5000000'],
    [`POST /depositions/${'1'.repeat(4000)}/files HTTP/1.1`, 'Transfer-Encoding: chunked'],
    [`DELETE /depositions/${id}/files HTTP/1.1`, 'Transfer-Encoding: chunked'],
    ['OPTIONS /healthz HTTP/1.1', 'Content-Length: 5000000'],
    [`PATCH /depositions/${id}/tus/7 HTTP/1.1`, 'Tus-Resumable: 1.0.0', 'Content-Length: 5000000'],
    [`POST /depositions/${id}/tus HTTP/1.1`, 'Tus-Resumable: 0.2', 'Transfer-Encoding: chunked'],
    [
      `POST /depositions/${id}/metadata HTTP/1.1`,
      'Content-Type: application/json',
      'Content-Length: 50000000',
    ],
  ];
  for (const head of heads) {
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.on('data', (bytes: Buffer) => {
      answer += bytes.toString('latin1');
    });
    const closed = once(socket, 'close');
    const chunked = head.includes('Transfer-Encoding: chunked');
    const size = Number(/Content-Length: (\d+)/.exec(head.join())?.[1] ?? 5_000_000);
    socket.write(`${[...head, 'Host: x'].join('\r\n')}\r\n\r\n${chunked ? '4c4b40\r\n' : ''}`);
    for (let sent = 0; sent < size; sent += 500_000) {
      await new Promise<void>((done, fail) =>
        socket.write(Buffer.alloc(500_000), (error) => (error ? fail(error) : done())),
      );
      while (answer === '') await new Promise((done) => setTimeout(done, 20));
    }
    if (chunked) socket.write('\r\n0\r\n\r\n');
    await closed;
    t.match(answer, /^HTTP\/1\.1 4\d\d .*\r\nconnection: close\r\n/is, head.join(', '));
    t.equal(answer.match(/HTTP\/1\.1/g)?.length, 1, 'one answer');
  }
  const whole = await fetch(`${url}/oauth/authorize`, { method: 'POST', headers: JSON_TYPE, body: '{}' });
  t.equal(whole.status, 400);
  t.not(whole.headers.get('connection'), 'close', 'a request that came whole leaves the connection open');
});

t.test(
  'a Python caller that is refused in the middle of 64 MB sees the refusal',
  { skip: await lackOfPython('python3-requests') },
  async (t) => {
    const service = await startService(t);
    const id = await newDraft(service.mock);
    const script = fileURLToPath(new URL('../examples/python/refused_upload.py', import.meta.url));
    const cases: [string[], object][] = [
      [[], { status: 401, code: 'token_must_come_first' }],
      [['wrong-token'], { status: 401, code: 'invalid_token' }],
    ];
    for (const [token, expected] of cases) {
      const began = Date.now();
      const { stdout } = await promisify(execFile)(
        PYTHON,
        [script, `${service.url}/depositions/${id}/files`, ...token],
        {
          timeout: 60_000,
        },
      );
      t.same(JSON.parse(stdout), expected);
      t.ok(Date.now() - began < 20_000, 'at once');
    }
    await nothingIsLeft(t, service, id);
  },
);

t.test('a Zenodo that is down, slow, or answers with pages', async (t) => {
  const { url, mock } = await startService(t, {
    env: { UPLOAD_ATTEMPTS: '1' },
    dependencies: { timings: { tokenCall: 3000 } },
  });
  const { body } = await authorize(url);
  const token = { access_token: body['access_token'] };
  const at = `${url}/depositions/${body['deposition_id']}`;
  const describe = () => call(`${at}/metadata`, { json: { ...token, title: 'A title' } });
  const verify = () => call(`${at}/verify?access_token=${token.access_token}`, { method: 'GET' });

  await t.test('slow', async (t) => {
    mock.faults.add({ path: '/oauth/token', delay: 10 });
    const slow = await authorize(url, { container: 'slow' });
    t.match(slow, { status: 504, body: { code: 'zenodo_timeout' } });
    mock.faults.clear();
  });
  await t.test('failing', async (t) => {
    for (const status of [500, 502, 503, 504]) {
      mock.faults.add({ path: '/api/*', status });
      t.match(await describe(), { status: /^50[24]$/, body: { code: /^zenodo_/ } }, `metadata on ${status}`);
      t.match(
        await verify(),
        { status: /^50[24]$/, body: { code: /^zenodo_/, valid: null } },
        `verify on ${status}`,
      );
      mock.faults.clear();
    }
  });
  await t.test('answering pages', async (t) => {
    mock.faults.add({ path: '/api/*', status: 200, html: true });
    for (const answer of [await describe(), await verify()]) {
      t.match(answer, { status: 502, body: { code: 'zenodo_invalid_answer' } });
    }
    mock.faults.clear();
    mock.faults.add({ path: '/oauth/token', status: 404, html: true });
    t.match(await authorize(url, { container: 'page' }), {
      status: 500,
      body: { code: 'service_misconfigured' },
    });
    mock.faults.clear();
  });
  await t.test('refusing bytes', async (t) => {
    mock.faults.add({ method: 'PUT', path: '/api/files/*', status: 503 });
    const id = Number(body['deposition_id']);
    const answer = await upload(
      url,
      id,
      formOf({ 'a.csv': 'a' }, { access_token: String(token.access_token) }),
    );
    t.match(answer, { status: 502, body: { detail: /a\.csv/ } }, 'the file is named');
    t.same(stored(mock, id), {});
    mock.faults.clear();
  });
  await t.test('down', async (t) => {
    await mock.close();
    t.match(await describe(), { status: 502, body: { code: 'zenodo_unreachable' } });
    t.match(await verify(), { status: 502, body: { code: 'zenodo_unreachable', valid: null } });
    t.equal((await fetch(`${url}/readyz`)).status, 200, 'the service itself is ready');
  });
});

/** An answer with these lines of a head, and a body; the connection ends with it. */
function says(head: string[], body: string | Buffer = ''): Spoil {
  return (socket) => {
    socket.write([...head, 'Connection: close', '', ''].join('\r\n'), 'latin1');
    socket.end(body);
  };
}

/** Bytes without an end, as fast as they are taken. */
function floods(head: string[], chunk: Buffer): Spoil {
  return (socket) => {
    socket.write([...head, '', ''].join('\r\n'));
    const more = () => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on('drain', more);
    more();
  };
}

t.test('a hostile Zenodo spoils the one call, and no token follows it elsewhere', async (t) => {
  let elsewhere = 0;
  const other = createServer((_request, response) => {
    elsewhere += 1;
    response.end('{}');
  }).listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.teardown(() => other.close());
  const { port } = other.address() as AddressInfo;
  const location = `Location: http://127.0.0.1:${port}/x`;
  let target = '';
  const zenodo = await startHostileZenodo(t, () => target);
  const service = await startService(t, {
    env: { ZENODO_URL: zenodo.url, ZENODO_BROWSER_URL: zenodo.url, UPLOAD_ATTEMPTS: '1' },
  });
  target = service.mock.url;
  const { url } = service;
  const id = await newDraft(service.mock);
  const draft = `${url}/depositions/${id}`;
  const headers = { ...BEARER, 'content-type': 'application/octet-stream' };
  t.equal((await send(`${draft}/files/a.csv`, { method: 'PUT', headers, body: 'abc' })).status, 200);

  const ok = ['HTTP/1.1 200 OK', 'Content-Type: application/json'];
  const invalid = 'zenodo_invalid_answer';
  const either = /^zenodo_(invalid_answer|unreachable)$/;
  const megabyte = Buffer.alloc(1_000_000, 'a');
  const whole = await fetch(`${service.mock.url}/api/deposit/depositions/${id}`, { headers: BEARER });
  const known = (await whole.json()) as { metadata: object; files: object[] };
  const odd = (change: object) => JSON.stringify({ ...known, ...change });
  const accented = { ...known, metadata: { ...known.metadata, title: 'Caf\xe9' } };
  const cases: [string, Spoil, string | RegExp][] = [
    [
      'rates that cannot be',
      says([...ok, 'X-RateLimit-Limit: -5', 'X-RateLimit-Remaining: 1e400'], '[]'),
      invalid,
    ],
    [
      'a rate that leaves nothing',
      says(
        [
          ...ok,
          'X-RateLimit-Limit: 1',
          'X-RateLimit-Remaining: 0',
          'X-RateLimit-Reset: 99999999999',
          'Retry-After: 99999',
        ],
        '[]',
      ),
      invalid,
    ],
    ['more than Content-Length', says([...ok, 'Content-Length: 5'], '{"id":1}'), either],
    ['less than Content-Length', says([...ok, 'Content-Length: 500'], '{"id":1}'), either],
    ['two lengths', says([...ok, 'Content-Length: 5', 'Content-Length: 6'], '{"id":1}'), invalid],
    ['a length below nothing', says([...ok, 'Content-Length: -5'], '{}'), invalid],
    ['a packed body', says([...ok, 'Content-Encoding: gzip'], Buffer.from([0x1f, 0x8b, 8, 0])), invalid],
    ['chunks without a size', says([...ok, 'Transfer-Encoding: chunked'], 'zz\r\n{}\r\n0\r\n\r\n'), invalid],
    ['a chunk that is cut', says([...ok, 'Transfer-Encoding: chunked'], '50\r\n{}'), either],
    ['an unknown coding', says([...ok, 'Transfer-Encoding: gzip'], '{}'), invalid],
    ['headers of 100 kB', says([...ok, `X: ${'x'.repeat(100_000)}`], '{}'), invalid],
    ['3,000 headers', says([...ok, ...Array.from({ length: 3000 }, () => 'X: y')], '{}'), either],
    ['a header with NUL', says([...ok, 'ETag: a\0b'], '{}'), invalid],
    ['an odd ETag', says([...ok, 'ETag: W/"\xff\xfe"'], '[]'), invalid],
    ['JSON 100,000 deep', says(ok, '['.repeat(100_000) + ']'.repeat(100_000)), invalid],
    ['objects 100,000 deep', says(ok, '{"a":'.repeat(100_000)), invalid],
    ['JSON of 200 MB', floods([...ok, 'Content-Length: 200000000'], megabyte), invalid],
    [
      'JSON without an end',
      floods(
        [...ok, 'Transfer-Encoding: chunked'],
        Buffer.concat([Buffer.from('f4240\r\n'), megabyte, Buffer.from('\r\n')]),
      ),
      invalid,
    ],
    ['a page', says(['HTTP/1.1 200 OK', 'Content-Type: text/html'], '<html>'), invalid],
    ['a page that says it is JSON', says(ok, '<html>'), invalid],
    ['Latin-1', says(ok, Buffer.from(JSON.stringify(accented), 'latin1')), invalid],
    ['UTF-16', says(ok, Buffer.from('{"id":1}', 'utf16le')), invalid],
    ...['null', '[]', '{}', '"x"', '', '{"id":1e400}', '{"id":null,"__proto__":{"id":1}}'].map(
      (json): [string, Spoil, string] => [`the JSON ${json}`, says(ok, json), invalid],
    ),
    ...[300, 301, 302, 303, 304, 307, 308].map((status): [string, Spoil, string] => [
      `a redirect with ${status}`,
      says([`HTTP/1.1 ${status} Elsewhere`, location, 'Content-Length: 0']),
      'zenodo_refused',
    ]),
    ...[201, 202, 204, 205, 206, 226].map((status): [string, Spoil, RegExp] => [
      `${status} with nothing`,
      says([`HTTP/1.1 ${status} Odd`]),
      either,
    ]),
    ['101', says(['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket']), either],
    ['only 103', (socket) => socket.end('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(1000)), either],
    ...['0', '1000', '-1', 'abc'].map((status): [string, Spoil, RegExp] => [
      `the status ${status}`,
      says([`HTTP/1.1 ${status} Odd`], '{}'),
      either,
    ]),
    ['the status 999', says(['HTTP/1.1 999 Odd'], '{}'), 'zenodo_error'],
    ['another protocol', says(['ICY 200 OK'], '{}'), invalid],
    ['no HTTP', (socket) => socket.end('\x16\x03\x01\x02'), invalid],
    ['half a status line', (socket) => socket.end('HTTP/1.1 200 O'), either],
    ['an end at once', (socket) => socket.end(), 'zenodo_unreachable'],
    ['a reset', (socket) => socket.resetAndDestroy(), 'zenodo_unreachable'],
    ['a bucket elsewhere', says(ok, `{"id":${id},"links":{"bucket":"http://127.0.0.1:${port}/x"}}`), invalid],
    ...Object.entries({
      'another deposition': { id: id + 1 },
      'an id that is too long': { id: 1e300 },
      'an id below nothing': { id: -5 },
      'half a concept': { conceptrecid: '1.5' },
      'U+0000': { title: 'a\0b' },
      'half a character': { files: [{ ...known.files[0], filename: 'a\ud800.csv' }] },
      'a size below nothing': { files: [{ ...known.files[0], filesize: -1 }] },
    }).map(([name, change]): [string, Spoil, string] => [name, says(ok, odd(change)), invalid]),
    ['errors in no form', says(['HTTP/1.1 400 Bad'], '{"message":5,"errors":{"a":1}}'), 'zenodo_refused'],
    ['2 MB of words', says(['HTTP/1.1 400 Bad'], `{"message":"${'<'.repeat(2_000_000)}"}`), 'zenodo_refused'],
  ];
  const read = () => send(draft, { method: 'GET', headers: BEARER });
  const put = () => send(`${draft}/files/b.csv`, { method: 'PUT', headers, body: 'abc' });
  const consents = () => authorize(url, { container: 'hostile' });
  for (const [name, how, code] of cases) {
    zenodo.spoil('GET', /depositions\/\d+$/, how);
    t.match(await read(), { status: 502, body: { code } }, name);
    t.equal((await read()).status, 200, `${name} spoils no other call`);
  }
  const most = 10 * 1024 * 1024;
  const heavy: Record<string, Buffer> = {
    '4 MB of [': Buffer.alloc(4_000_000, '['),
    'one text of 10 MiB': Buffer.from(`["${'x'.repeat(most - 4)}"]`),
    '10 MiB of spaces': Buffer.alloc(most, ' '),
    'as many values as are read': Buffer.from(`[${Array(490_000).fill('{"a":"b c d"}').join()}]`),
  };
  for (const [name, bytes] of Object.entries(heavy)) {
    const work = async () => {
      zenodo.spoil('GET', /depositions\/\d+$/, says(ok, bytes));
      t.match(await read(), { status: 502, body: { code: invalid } }, name);
    };
    const silence = await silenceDuring(work, 250);
    t.ok(silence <= 250, `${name}: a turn of the loop takes ${silence} ms`);
  }
  const metadata = () =>
    send(`${draft}/metadata`, {
      method: 'POST',
      headers: JSON_TYPE,
      body: '{"access_token":"mock-token","title":"A title"}',
    });
  const faults = (count: number, one: string) =>
    `{"message":"x","errors":[${Array(count).fill(one).join()}]}`;
  for (const json of [
    faults(60_000, `{"field":"metadata.subjects.0.${'a.'.repeat(20)}","messages":["no"]}`),
    faults(1, `{"field":"metadata.title","messages":[${Array(490_000).fill('"no"').join()}]}`),
  ]) {
    for (const [method, path, ask] of [
      ['GET', /depositions\/\d+$/, read],
      ['PUT', /\/draft$/, metadata],
    ] as const) {
      zenodo.spoil(method, path, says(['HTTP/1.1 400 Bad', 'Content-Type: application/json'], json));
      const { status, body } = await ask();
      t.ok(status === 400 || status === 502, `many errors: ${status}`);
      t.ok(JSON.stringify(body).length < 500_000, 'of many errors the first are passed on');
    }
  }
  // The same where tokens and files go.
  for (const [name, how] of cases) {
    if (name === 'a reset' || /rate|words|no form/.test(name)) continue;
    zenodo.spoil('POST', /^\/oauth\/token$/, how);
    t.match((await consents()).status, /^50[24]$/, `a token request: ${name}`);
  }
  for (const change of [{ user: { id: '1\0' } }, { user: { id: ' ' } }, { scope: 'a\tb' }]) {
    const set = { access_token: 'a', refresh_token: 'r', user: { id: '1' }, ...change };
    zenodo.spoil('POST', /^\/oauth\/token$/, says(ok, JSON.stringify(set)));
    t.match(await consents(), { status: 502, body: { code: invalid } }, `a token for ${JSON.stringify(set)}`);
  }
  t.equal((await consents()).status, 200);
  // Odd values that one call alone uses.
  zenodo.spoil('GET', /depositions\/\d+$/, says(ok, odd({ files: [{ ...known.files[0], id: '../x' }] })));
  t.match(await send(`${draft}/files/a.csv`, { method: 'DELETE', headers: BEARER }), {
    status: 502,
    body: { code: invalid },
  });
  for (const created of ['0000-01-01T00:00:00Z', '-000001-01-01T00:00:00Z', '+275760-09-13T00:00:00Z']) {
    zenodo.spoil('POST', /depositions$/, says(ok, odd({ id: id + 1, created })));
    const made = await send(`${url}/depositions`, { headers: { ...BEARER, ...JSON_TYPE }, body: '{}' });
    t.equal(made.status, 201, `a draft of ${created}`);
  }
  // A page with 403 says nothing about the token, and is not remembered of it.
  const foreign = () => send(draft, { method: 'GET', headers: { authorization: 'Bearer mock-token-2' } });
  zenodo.spoil('GET', /depositions\?size=1$/, says(['HTTP/1.1 403 Forbidden'], '<html>blocked</html>'));
  t.match(await foreign(), { status: 502, body: { code: 'zenodo_refused' } });
  t.match(await foreign(), { status: 403, body: { code: 'not_your_deposition' } });
  for (const name of [
    'a redirect with 307',
    'a redirect with 302',
    'less than Content-Length',
    'a page',
    '101',
    '206 with nothing',
    'JSON of 200 MB',
  ]) {
    const how = cases.find(([one]) => one === name)?.[1] ?? says([]);
    zenodo.spoil('PUT', /^\/api\/files\//, how);
    t.match(await put(), { status: 502, body: { code: /^zenodo_/ } }, `a file: ${name}`);
  }
  t.equal((await put()).status, 200);
  // Of another draft, nothing is written into this one.
  zenodo.spoil(
    'GET',
    /\/draft$/,
    says(ok, JSON.stringify({ id: `${id + 1}`, metadata: { title: 'Other' } })),
  );
  t.match(await metadata(), { status: 502, body: { code: invalid } });
  t.match(await metadata(), { status: 200, body: { title: 'A title' } });
  // A page in place of Zenodo, such as one about maintenance, has done nothing.
  const page = cases.find(([one]) => one === 'a page')?.[1] ?? says([]);
  const doomed = await newDraft(service.mock);
  for (const path of [`${draft}/files/b.csv`, `${url}/depositions/${doomed}`]) {
    for (let tries = 3; tries > 0; tries -= 1) zenodo.spoil('DELETE', /depositions/, page);
    t.match(await send(path, { method: 'DELETE', headers: BEARER }), {
      status: 502,
      body: { code: invalid },
    });
    zenodo.forget();
    t.equal((await send(path, { method: 'DELETE', headers: BEARER })).status, 204, 'it is still there');
  }
  const file = ['HTTP/1.1 200 OK', 'Content-Length: 3'];
  const downloads: [string, Spoil, number][] = [
    ['a redirect', says(['HTTP/1.1 302 Elsewhere', location]), 502],
    ['a part', says(['HTTP/1.1 206 Partial Content', 'Content-Length: 3'], 'abc'), 502],
    ['nothing', says(['HTTP/1.1 204 No Content']), 502],
    ['packed', says([...file, 'Content-Encoding: gzip'], 'abc'), 502],
    ['a page', says(['HTTP/1.1 200 OK', 'Content-Length: 6'], '<html>'), 502],
    [
      'a header that cannot be sent on',
      says([...file, 'Content-Type: \xe4\xb8\xad', 'ETag: \xff'], 'abc'),
      200,
    ],
    ['two types', says([...file, 'Content-Type: a/b', 'Content-Type: c/d'], 'abc'), 200],
  ];
  for (const [name, how, status] of downloads) {
    zenodo.spoil('GET', /^\/api\/files\//, how);
    const answer = await fetch(`${draft}/files/a.csv`, { headers: BEARER });
    t.equal(answer.status, status, `a download: ${name}`);
    await answer.arrayBuffer();
  }
  zenodo.spoil('GET', /^\/api\/files\//, says(file, 'ab'));
  await t.rejects(
    fetch(`${draft}/files/a.csv`, { headers: BEARER }).then((answer) => answer.arrayBuffer()),
    'a file that is cut does not pass for a whole one',
  );
  t.equal(zenodo.left(), 0, 'all of it was asked for');
  t.equal(elsewhere, 0, 'nothing went elsewhere');
});

t.test('a mistake of ours is answered as one, without its words', async (t) => {
  const { url, app } = await startService(t);
  app.depositions.list = () => Promise.reject(new TypeError('secret words of a mistake'));
  const answer = await call(`${url}/depositions`, { method: 'GET', token: 'mock-token' });
  t.match(answer, { status: 500, body: { code: 'internal_error' } });
  t.notMatch(JSON.stringify(answer.body), 'secret words');
});
