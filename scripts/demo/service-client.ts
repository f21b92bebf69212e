import { openAsBlob } from 'node:fs';
import { Readable } from 'node:stream';
import { request } from 'undici';
import type { ContainerFile } from './container-files.js';

/** What the response to an upload says about one file at Zenodo. */
export interface UploadedFile {
  filename: string;
  size: number;
  /** `md5:` and the checksum in hex. */
  checksum: string;
  status: string;
  /** Bytes that Zenodo has received so far, if the service says so. */
  sent?: number;
}

export interface UploadAnswer {
  upload_id: string;
  state: string;
  files: UploadedFile[];
}

/** Longest wait for one response, in milliseconds: a little more than what the service promises. */
const TIME_OUT = 300_000;

type Json = Record<string, unknown>;

/**
 * Calls the service as any application would. Every method throws with the service's own
 * explanation if the call is refused.
 */
export function createServiceClient(url: string) {
  async function call<T>(path: string, options: RequestInit): Promise<T> {
    const answer = await fetch(new URL(path, `${url}/`), {
      ...options,
      signal: AbortSignal.timeout(TIME_OUT),
    });
    return judge<T>(`${options.method} ${path}`, answer.status, await answer.text());
  }

  return {
    get: <T = Json>(path: string, token: string) =>
      call<T>(path, { method: 'GET', headers: { authorization: `Bearer ${token}` } }),
    post: <T = Json>(path: string, body: Json) =>
      call<T>(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    /**
     * The multipart call, which returns before Zenodo has everything. `onBytes` is called with the
     * number of bytes that were sent since its last call.
     */
    async upload(
      path: string,
      fields: Record<string, string>,
      files: ContainerFile[],
      onBytes: (count: number) => void,
    ): Promise<UploadAnswer> {
      const form = new FormData();
      for (const [name, value] of Object.entries(fields)) form.append(name, value);
      for (const file of files) form.append('files', await openAsBlob(file.location), file.path);
      const encoded = new Response(form);
      async function* counted() {
        for await (const chunk of encoded.body ?? []) {
          onBytes(chunk.length);
          yield chunk;
        }
      }
      const answer = await request(new URL(path, `${url}/`), {
        method: 'POST',
        headers: { 'content-type': encoded.headers.get('content-type') ?? '', prefer: 'respond-async' },
        body: Readable.from(counted()),
        headersTimeout: TIME_OUT,
        bodyTimeout: TIME_OUT,
      });
      return judge<UploadAnswer>(`POST ${path}`, answer.statusCode, await answer.body.text());
    },
  };
}

export type ServiceClient = ReturnType<typeof createServiceClient>;

function judge<T>(what: string, status: number, text: string): T {
  let body: Json;
  try {
    body = JSON.parse(text === '' ? '{}' : text) as Json;
  } catch {
    throw new Error(`${what} answered ${status} and no JSON`);
  }
  if (status >= 400) {
    throw new Error(
      `${what} answered ${status} ${body['code'] ?? ''}: ${body['detail'] ?? 'no explanation'}`,
    );
  }
  return body as T;
}
