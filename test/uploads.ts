import { createHash, randomBytes } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { FormData, request } from 'undici';
import type { MockZenodo } from '../mock-zenodo/index.js';

/** The mock's own personal token: passes through the service. */
export const TOKEN = 'mock-token';

/** A file as it is listed in an answer about an upload. */
interface FileAnswer {
  filename: string;
  size: number;
  checksum: string;
  status: string;
  sent: number;
  received: number;
  attempts: number;
  error: { code: string; detail: string; user_message: string } | null;
  parts?: { filename: string; size: number }[];
  download_url: string;
}

/** An answer about an upload, or the problem in its place. */
export interface UploadAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Record<string, unknown> & {
    upload_id: string;
    state: string;
    stage: string;
    status_url: string;
    code: string;
    detail: string;
    files: FileAnswer[];
    other_files: string[];
  };
}

/** A new draft at the mock, made past the service; its id. */
export async function newDraft(mock: MockZenodo, token = TOKEN): Promise<number> {
  const answer = await fetch(`${mock.url}/api/deposit/depositions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{}',
  });
  return ((await answer.json()) as { id: number }).id;
}

/** What the mock holds of a deposition, md5 by name. */
export function stored(mock: MockZenodo, id: number): Record<string, string> {
  const deposition = mock.state().depositions.find((one) => one.id === id);
  return Object.fromEntries((deposition?.files ?? []).map((file) => [file.key, file.md5]));
}

export function md5(bytes: Uint8Array | string): string {
  return createHash('md5').update(bytes).digest('hex');
}

/** Bytes that no compression and no chance will confuse with others. */
export function noise(size: number): Buffer {
  return randomBytes(size);
}

/** A form of files by name, with fields before them. */
export function formOf(
  files: Record<string, Uint8Array | string>,
  fields: Record<string, string> = { access_token: TOKEN },
): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  for (const [name, bytes] of Object.entries(files)) form.append('files', new Blob([bytes]), name);
  return form;
}

/** POST …/files with a form. */
export function upload(
  url: string,
  id: number,
  form: FormData | Record<string, Uint8Array | string>,
  headers: Record<string, string> = {},
): Promise<UploadAnswer> {
  const body = form instanceof FormData ? form : formOf(form);
  return read(request(`${url}/depositions/${id}/files`, { method: 'POST', body, headers }));
}

/** PUT …/files/{name} with a body of known length. */
export function put(
  url: string,
  id: number,
  name: string,
  body: Uint8Array | AsyncIterable<Uint8Array>,
  headers: Record<string, string> = {},
): Promise<UploadAnswer> {
  return read(
    request(`${url}/depositions/${id}/files/${encodeURIComponent(name)}`, {
      method: 'PUT',
      body: body as Uint8Array,
      headers: { authorization: `Bearer ${TOKEN}`, ...headers },
    }),
  );
}

/** GET or DELETE of an upload's own path. */
export function look(
  statusUrl: string,
  {
    method = 'GET',
    token = TOKEN,
    language = 'en',
  }: { method?: 'GET' | 'DELETE'; token?: string; language?: string } = {},
): Promise<UploadAnswer> {
  const headers = { authorization: `Bearer ${token}`, 'accept-language': language };
  return read(request(statusUrl, { method, headers }));
}

/** Asks until the upload is in one of these states; the last answer. */
export async function until(
  statusUrl: string,
  states: string[],
  token = TOKEN,
  seconds = 60,
): Promise<UploadAnswer> {
  for (const end = Date.now() + seconds * 1000; ; await sleep(100)) {
    const answer = await look(statusUrl, { token }).catch(() => null);
    if (answer !== null && states.includes(answer.body.state)) return answer;
    if (Date.now() > end) return answer ?? Promise.reject(new Error(`${statusUrl} does not answer`));
  }
}

/** Whether `check` holds in time. Only a test that fails waits so long. */
export async function eventually(check: () => boolean | Promise<boolean>, seconds = 60): Promise<boolean> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(50)) {
    if (await check()) return true;
  }
  return false;
}

/** POST …/files with a form whose last file is held back until `go` is called. */
export function holdForm(
  url: string,
  id: number,
  files: Record<string, Uint8Array | string>,
  headers: Record<string, string> = { authorization: `Bearer ${TOKEN}` },
  chunked = false,
): { go(): void; answer: Promise<UploadAnswer> } {
  const parts = Object.entries(files).map(([name, content]) =>
    Buffer.concat([
      Buffer.from(`--xyz\r\nContent-Disposition: form-data; name="f"; filename="${name}"\r\n\r\n`),
      Buffer.from(content),
      Buffer.from('\r\n'),
    ]),
  );
  let go = () => undefined as unknown;
  const held = new Promise<void>((resolve) => {
    go = resolve;
  });
  async function* body() {
    yield Buffer.concat(parts.slice(0, -1));
    await held;
    yield Buffer.concat([...parts.slice(-1), Buffer.from('--xyz--\r\n')]);
  }
  const length = Buffer.concat(parts).length + '--xyz--\r\n'.length;
  const answer = request(`${url}/depositions/${id}/files`, {
    method: 'POST',
    headers: {
      'content-type': 'multipart/form-data; boundary=xyz',
      ...(chunked ? {} : { 'content-length': String(length) }),
      ...headers,
    },
    body: Readable.from(body()),
  });
  return { go: () => void go(), answer: read(answer) };
}

/** Path of a file of so many bytes that is completely staged: another one has begun after it. */
export async function stagedAs(stagingDir: string, size: number): Promise<string> {
  let path = '';
  const found = await eventually(async () => {
    for (const folder of await leftIn(stagingDir)) {
      const names = await readdir(join(stagingDir, folder)).catch(() => []);
      for (const name of names.length < 2 ? [] : names) {
        const file = join(stagingDir, folder, name);
        if ((await stat(file).catch(() => null))?.size === size) path = file;
      }
    }
    return path !== '';
  });
  if (!found) throw new Error(`no file of ${size} bytes was staged`);
  return path;
}

/** Folders of uploads that lie in a staging directory. */
export async function leftIn(stagingDir: string): Promise<string[]> {
  return (await readdir(stagingDir)).filter((name) => name !== 'volume-id');
}

async function read(pending: ReturnType<typeof request>): Promise<UploadAnswer> {
  const answer = await pending;
  const text = await answer.body.text();
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: (text === '' ? {} : JSON.parse(text)) as UploadAnswer['body'],
  };
}
