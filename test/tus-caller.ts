import { type Dispatcher, request } from 'undici';
import { TOKEN } from './uploads.js';

/** What a request by tus is answered. */
export interface TusAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Record<string, unknown> & { code?: string; detail?: string; upload_id?: string; state?: string };
}

/** Upload-Metadata of these values. */
export function metadata(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join(',');
}

/** One request by tus; `headers` may take back what every request has, with null. */
export async function tus(
  method: Dispatcher.HttpMethod,
  url: string,
  headers: Record<string, string | null> = {},
  body: Dispatcher.DispatchOptions['body'] = null,
): Promise<TusAnswer> {
  const all = { 'tus-resumable': '1.0.0', authorization: `Bearer ${TOKEN}`, ...headers };
  const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null)) as Record<
    string,
    string
  >;
  const answer = await request(url, { method, headers: sent, body });
  const text = await answer.body.text();
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: (text.startsWith('{') ? JSON.parse(text) : {}) as TusAnswer['body'],
  };
}

/** Announces a file; answers where its bytes go. */
export async function announce(
  url: string,
  id: number,
  size: number,
  values: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<TusAnswer & { location: string }> {
  const answer = await tus('POST', `${url}/depositions/${id}/tus`, {
    'upload-length': String(size),
    'upload-metadata': metadata(values),
    ...headers,
  });
  return { ...answer, location: String(answer.headers['location'] ?? '') };
}

/** Sends bytes of a file from an offset. */
export function send(
  location: string,
  offset: number,
  bytes: Dispatcher.DispatchOptions['body'],
  headers: Record<string, string | null> = {},
): Promise<TusAnswer> {
  return tus(
    'PATCH',
    location,
    { 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream', ...headers },
    bytes,
  );
}

/** How many bytes of a file are at the service. */
export async function offsetOf(location: string, headers: Record<string, string> = {}): Promise<number> {
  return Number((await tus('HEAD', location, headers)).headers['upload-offset']);
}
