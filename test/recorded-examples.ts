import { FormData, request } from 'undici';
import { CALLBACK, consent } from './consent.js';
import type { TestService } from './service.js';
import { eventually } from './uploads.js';

/**
 * What was sent and answered at one call: bodies as JSON (or text, of a stream of events), those of
 * answers by status and name.
 */
export interface Examples {
  [operationId: string]: {
    request?: Record<string, unknown>;
    responses: Record<string, Record<string, unknown>>;
  };
}

interface Sent {
  json?: object;
  form?: Record<string, [name: string, text: string][]>;
  fields?: Record<string, string>;
  body?: string;
  token?: unknown;
  headers?: Record<string, string>;
}

/**
 * When the examples are taken, by the clocks of the mock and the service: days that Zenodo fills in
 * are in them. Milliseconds.
 */
export const RECORDED_AT = Date.UTC(2026, 0, 2, 3, 4, 5);

/**
 * Walks through the workflow and its typical mistakes on a fresh service, and returns all that was
 * said.
 */
export async function recordExamples({ url, mock }: TestService): Promise<Examples> {
  const examples: Examples = {};
  let token: unknown;

  /**
   * Makes a call and keeps it. An answer that fails is named after its code; a body is kept if it
   * served.
   */
  const call = async (operationId: string, method: string, path: string, sent: Sent = {}) => {
    const form = sent.form === undefined ? undefined : formOf(sent.form, sent.fields);
    const authorization = 'token' in sent ? sent.token : token;
    const answer = await request(`${url}${path}`, {
      method: method as 'GET',
      headers: {
        ...(authorization === undefined ? {} : { authorization: `Bearer ${authorization}` }),
        ...(sent.json === undefined ? {} : { 'content-type': 'application/json' }),
        ...sent.headers,
      },
      body: form ?? sent.body ?? (sent.json === undefined ? null : JSON.stringify(sent.json)),
    });
    const text = await answer.body.text();
    const isJson = /json/.test(String(answer.headers['content-type']));
    const body = isJson ? JSON.parse(text) : text;
    const example = examples[operationId] ?? { responses: {} };
    examples[operationId] = example;
    const name = answer.statusCode < 400 ? 'example' : body.code;
    if (text !== '') {
      const known = example.responses[answer.statusCode];
      example.responses[answer.statusCode] = { [name]: body, ...known };
    }
    if (sent.json !== undefined && answer.statusCode < 400) example.request ??= { example: sent.json };
    return body;
  };

  await call('isAlive', 'GET', '/healthz');
  await call('isReady', 'GET', '/readyz');

  const flow = { container_id: 42, django_callback_url: CALLBACK };
  const begin = () => call('authorize', 'POST', '/oauth/authorize', { json: flow });
  const began = await begin();
  await call('authorize', 'POST', '/oauth/authorize', { json: { container_id: 42 } });
  const elsewhere = { ...flow, django_callback_url: 'https://elsewhere.example.org/' };
  await call('authorize', 'POST', '/oauth/authorize', { json: elsewhere });
  const refused = await consent((await begin()).zenodo_oauth_url, { confirm: 'no' });
  const back = { ...(await consent(began.zenodo_oauth_url)), django_callback_url: CALLBACK };
  const granted = await call('callback', 'POST', '/oauth/callback', { json: back });
  await call('callback', 'POST', '/oauth/callback', { json: back });
  await call('callback', 'POST', '/oauth/callback', { json: { ...refused, django_callback_url: CALLBACK } });
  token = granted.access_token;
  const at = `/depositions/${granted.deposition_id}`;
  await call('refresh', 'POST', '/oauth/refresh', { json: { access_token: token } });

  await call('verify', 'GET', `${at}/verify`);
  await call('verify', 'GET', '/depositions/999999/verify');
  mock.faults.add({ path: '/api/*', status: 502 });
  await call('getDeposition', 'GET', at);
  mock.faults.clear();
  await call('createDeposition', 'POST', '/depositions', { json: { container_id: 42 } });
  const second = await call('createDeposition', 'POST', '/depositions', {
    json: { container_id: 'sample-7' },
  });
  await call('openVersion', 'POST', `${at}/versions`, { json: {} });
  await call('discardEdit', 'POST', `${at}/discard`);
  await call('publishDeposition', 'POST', `${at}/publish`);

  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const files: [string, string][] = [
    ['radium.csv', 'half-life\n1600\n'],
    ['photos/day-1.txt', 'bright'],
    ['photos/day-2.txt', 'still bright'],
  ];
  await call('uploadFiles', 'POST', `${at}/files`, { form: { files } });
  await call('uploadFiles', 'POST', `${at}/files`, {
    form: {
      files: [
        ['a.csv', '1'],
        ['A.csv', '2'],
      ],
    },
  });
  await call('uploadFiles', 'POST', `${at}/files`, { form: {}, fields: { archive: 'zip' } });

  const linkWishes = { return_url: `${CALLBACK}uploaded/`, application_name: 'Data desk', locale: 'en' };
  const link = await call('createUploadLink', 'POST', `${at}/upload-links`, { json: linkWishes });
  await call('createUploadLink', 'POST', `${at}/upload-links`, {
    json: { return_url: 'https://elsewhere.example.org/' },
  });
  const secret = new URL(link.url).hash.slice(1);
  await call('readUploadLink', 'GET', '/upload-link', { token: secret });
  await call('readUploadLink', 'GET', '/upload-link', { token: 'zdl_unknown' });
  await call('countConcurrentUploads', 'GET', '/upload-link/concurrent', { token: secret });
  const chosen = [
    { path: 'spectra.csv', size: 1_200_000 },
    { path: 'photos/day-3.jpg', size: 3_400_000 },
    { path: 'photos/.DS_Store', size: 6148 },
    { path: 'empty.txt', size: 0 },
  ];
  await call('planUpload', 'POST', '/upload-link/plan', { json: { files: chosen }, token: secret });
  await call('putFile', 'PUT', `${at}/files/by-user.txt`, { body: 'By the user.', token: secret });
  await call('finishUploadLink', 'POST', '/upload-link/finish', { token: secret });
  await call('listUploadLinks', 'GET', `${at}/upload-links`);
  await call('endUploadLink', 'DELETE', `${at}/upload-links/${link.upload_link_id}`);
  await call('endUploadLink', 'DELETE', `${at}/upload-links/00000000-0000-4000-8000-000000000000`);
  await call('getUploadLink', 'GET', `${at}/upload-links/${link.upload_link_id}`);
  await call('putFile', 'PUT', `${at}/files/late.txt`, { body: 'Late.', token: secret });
  const left = await call('createUploadLink', 'POST', `${at}/upload-links`, { json: linkWishes });
  const unfinished = '8d1f0a52-6c3b-4e0e-9a54-1f2b3c4d5e6f';
  await fetch(`${url}${at}/tus`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${new URL(left.url).hash.slice(1)}`,
      'tus-resumable': '1.0.0',
      'upload-length': '1200000',
      'upload-metadata': `filename ${base64('spectra.csv')},upload_id ${base64(unfinished)}`,
    },
  });
  await call('endUploadLink', 'DELETE', `${at}/upload-links/${left.upload_link_id}`);
  const next = await call('createUploadLink', 'POST', `${at}/upload-links`, { json: linkWishes });
  const nextSecret = new URL(next.url).hash.slice(1);
  for (const id of [unfinished, '00000000-0000-4000-8000-000000000000'])
    await call('takeOverUpload', 'POST', `/upload-link/uploads/${id}`, { token: nextSecret });
  await fetch(`${url}/uploads/${unfinished}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${nextSecret}` },
  });
  mock.faults.add({ method: 'PUT', path: '/api/files/*', delay: 2 });
  const slow = await call('uploadFiles', 'POST', `${at}/files`, {
    form: { files: [['notes.txt', 'Measured in the cellar.\n']] },
    headers: { prefer: 'respond-async' },
  });
  mock.faults.clear();
  const isDone = (at: string) =>
    eventually(async () => {
      const answer = await fetch(at, { headers: { authorization: `Bearer ${token}` } });
      return ((await answer.json()) as { state: string }).state === 'done';
    });
  const ended = await isDone(slow.status_url);
  if (!ended) throw new Error('the upload does not end');
  await call('getUpload', 'GET', `/uploads/${slow.upload_id}`);
  await call('getUpload', 'GET', '/uploads/00000000-0000-4000-8000-000000000000');
  await call('watchUpload', 'GET', `/uploads/${slow.upload_id}/events`);
  await call('cancelUpload', 'DELETE', `/uploads/${slow.upload_id}`);
  await call('putFile', 'PUT', `${at}/files/readme.txt`, { body: 'Read me.\n' });
  const wrongSum = { 'content-md5': '0'.repeat(32) };
  await call('putFile', 'PUT', `${at}/files/other.txt`, { body: 'Read me.\n', headers: wrongSum });
  const group = '5b0c6a1e-9a53-4b8e-8f0d-2d7f3c1a9e44';
  mock.faults.add({ method: 'PUT', path: '/api/files/*', delay: 2 });
  await call('tusCreate', 'POST', `${at}/tus`, {
    body: 'Measured on the roof.\n',
    headers: {
      'tus-resumable': '1.0.0',
      'content-type': 'application/offset+octet-stream',
      'upload-length': '22',
      'upload-metadata': `filename ${base64('roof.txt')},upload_id ${base64(group)}`,
    },
  });
  await call('tusComplete', 'POST', `${at}/tus/${group}/complete`);
  mock.faults.clear();
  if (!(await isDone(`${url}/uploads/${group}`))) throw new Error('the upload by tus does not end');
  await call('listEvents', 'GET', '/events?size=1');
  await call('listFiles', 'GET', `${at}/files`);
  await call('downloadFile', 'GET', `${at}/files/missing.txt`);
  await call('deleteFile', 'DELETE', `${at}/files/missing.txt`);
  await call('deleteFile', 'DELETE', `${at}/files/readme.txt`);

  const metadata = {
    title: 'Measurements of radium',
    description: 'What was measured, and how.',
    contributors: [
      {
        first_name: 'Josiah',
        last_name: 'Carberry',
        affiliation: 'Brown University',
        orcid: '0000-0002-1825-0097',
        role: 'Author',
      },
    ],
    keywords: ['radium', 'example'],
    license: 'CC-BY-4.0',
    publication_date: '2026-01-02',
  };
  await call('describeDeposition', 'POST', `${at}/metadata`, { json: metadata });
  await call('describeDeposition', 'POST', `${at}/metadata`, {
    json: { ...metadata, publication_date: 'soon' },
  });
  const planned = { license: 'my own', files: { 'empty.csv': 0 } };
  await call('checkDeposition', 'POST', `${at}/check`, { json: planned });
  await call('reserveDoi', 'POST', `${at}/doi`, { json: { write_doi_into_manifest: false } });
  await call('getDeposition', 'GET', at);
  await call('publishDeposition', 'POST', `${at}/publish`);
  await call('deleteDeposition', 'DELETE', at);
  await call('editDeposition', 'POST', `${at}/edit`);
  await call('discardEdit', 'POST', `${at}/discard`);
  await call('describeDeposition', 'POST', `/depositions/${second.deposition_id}/metadata`, {
    json: { title: '' },
  });
  await call('openVersion', 'POST', `${at}/versions`, { json: { files: 'clear' } });
  await call('deleteDeposition', 'DELETE', `/depositions/${second.deposition_id}`);
  await call('listDepositions', 'GET', '/depositions?container_id=42');
  await call('listDepositions', 'GET', '/depositions', { token: undefined });
  await call('getDeposition', 'GET', at, { token: 'no-such-token' });
  await call('disconnect', 'POST', '/oauth/disconnect', { json: { access_token: token } });
  await call('refresh', 'POST', '/oauth/refresh', { json: { access_token: token } });

  const again = { ...(await consent((await begin()).zenodo_oauth_url)), django_callback_url: CALLBACK };
  token = (await call('callback', 'POST', '/oauth/callback', { json: again })).access_token;
  mock.faults.add('rate-limited');
  await call('verify', 'GET', `${at}/verify`);
  return settled(examples, url, mock.url);
}

function formOf(parts: Record<string, [string, string][]>, fields: Record<string, string> = {}): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  for (const [field, files] of Object.entries(parts)) {
    for (const [name, text] of files) form.append(field, new Blob([text]), name);
  }
  return form;
}

/** Numbers that differ from run to run, by the property they are in. */
const NUMBERS: Record<string, number | null> = {
  expires_in: 5_184_000,
  rate: 0,
  retry_after: 60,
  seconds_left: null,
};

/**
 * The same once what differs from run to run, and what must not be seen, is replaced: always by the
 * same, in the order of appearance.
 */
function settled(examples: Examples, service: string, zenodo: string): Examples {
  const uuids = new Map<string, string>();
  const uuid = (found: string) => {
    const known = uuids.get(found) ?? `00000000-0000-4000-8000-${String(uuids.size + 1).padStart(12, '0')}`;
    uuids.set(found, known);
    return known;
  };
  const text = (value: string) =>
    value
      .replaceAll(service, 'https://zenodo-service.example.org')
      .replaceAll(zenodo, 'https://zenodo.org')
      .replaceAll('http://127.0.0.1:8000', 'https://app.example.org')
      .replaceAll(encodeURIComponent('http://127.0.0.1:8000'), encodeURIComponent('https://app.example.org'))
      .replaceAll(/\bin \d+ s\b/g, 'in 60 s')
      .replaceAll(/\bzds_[A-Za-z0-9_-]+/g, 'zds_EXAMPLE-ACCESS-TOKEN')
      .replaceAll(/\bzdl_[A-Za-z0-9_-]+/g, 'zdl_EXAMPLE-SECRET')
      .replaceAll(/(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/g, 'EXAMPLE-STATE')
      .replaceAll(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, uuid)
      .replaceAll(
        /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g,
        new Date(RECORDED_AT).toISOString().replace('.000', ''),
      );
  const settle = (value: unknown, name = ''): unknown => {
    if (typeof value === 'string') return text(value);
    if (name in NUMBERS) return NUMBERS[name];
    if (Array.isArray(value)) return value.map((item) => settle(item));
    if (typeof value !== 'object' || value === null) return value;
    // How far an upload that runs has come is chance.
    const running = 'state' in value && value.state === 'running' ? { stage: 'transferring' } : {};
    const entries = Object.entries({ ...value, ...running });
    return Object.fromEntries(entries.map(([key, item]) => [key, settle(item, key)]));
  };
  const events = examples['watchUpload']?.responses['200'];
  if (events)
    events['example'] = String(events['example']).replaceAll(/"(rate|seconds_left)":(\d+|null)/g, '"$1":0');
  const code = examples['callback']?.request?.['example'] as { code: string };
  code.code = 'EXAMPLE-CODE';
  return settle(examples) as Examples;
}
