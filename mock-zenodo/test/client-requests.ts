import { execFile } from 'node:child_process';
import { type Agent, type IncomingHttpHeaders, request } from 'node:http';
import { promisify } from 'node:util';

/** What clients read of a deposition, in the types that strict ones expect. */
export interface Deposition {
  id: number;
  record_id: number;
  conceptrecid: string;
  conceptdoi: string;
  doi: string;
  owner: number;
  created: string;
  state: string;
  submitted: boolean;
  title: string;
  metadata: Record<string, unknown>;
  links: Record<string, string>;
  files: { id: string; filename: string; filesize: number; checksum: string; links: { self: string } }[];
}

/** What clients read of a published record in Zenodo's own JSON. */
export interface ZenodoRecord {
  id: number;
  recid: string;
  conceptrecid: string;
  doi: string;
  created: string;
  revision: number;
  links: Record<string, string>;
  files: { id: string; key: string; size: number; checksum: string; links: { self: string } }[];
  stats: Record<string, unknown>;
}

/** Runs curl and gives back what it wrote. */
export async function curl(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('curl', ['-sS', '--noproxy', '*', ...args], {
    timeout: 30_000,
  });
  return stdout;
}

/** An answer as it came. */
interface Sent {
  status: number;
  reason: string;
  headers: IncomingHttpHeaders;
  text: string;
  json: unknown;
}

/** Sends a request with exactly these headers: nothing is added but Host and Connection. */
export function send(
  method: string,
  url: string,
  {
    headers = {},
    body = '',
    agent,
  }: { headers?: Record<string, string>; body?: string | Buffer; agent?: Agent } = {},
): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent: agent ?? false }, (incoming) => {
      const parts: Buffer[] = [];
      incoming.on('data', (part: Buffer) => parts.push(part));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const text = Buffer.concat(parts).toString();
        const { statusCode: status = 0, statusMessage: reason = '' } = incoming;
        const isJson = incoming.headers['content-type']?.includes('json') && text !== '';
        resolve({
          status,
          reason,
          headers: incoming.headers,
          text,
          json: isJson ? JSON.parse(text) : undefined,
        });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Metadata that is enough to publish. */
export const METADATA = {
  title: 'Habits of clients',
  upload_type: 'dataset',
  description: '<p>Made by a test.</p>',
  creators: [{ name: 'Doe, Jane', affiliation: 'Example University' }],
};

export const BEARER = { authorization: 'Bearer mock-token' };
export const JSON_TYPE = { ...BEARER, 'content-type': 'application/json' };

/** Makes a complete draft with files. */
export async function draftWith(url: string, files: Record<string, string>): Promise<Deposition> {
  const body = JSON.stringify({ metadata: METADATA });
  const draft = await send('POST', `${url}/api/deposit/depositions`, { headers: JSON_TYPE, body });
  const { links } = draft.json as Deposition;
  for (const [name, content] of Object.entries(files)) {
    const bytes = { ...BEARER, 'content-length': String(Buffer.byteLength(content)) };
    await send('PUT', `${links['bucket']}/${encodeURIComponent(name)}`, { headers: bytes, body: content });
  }
  return (await send('GET', String(links['self']), { headers: BEARER })).json as Deposition;
}

/** Publishes a record with files. */
export async function published(
  url: string,
  files: Record<string, string> = { 'a b.csv': 'hello' },
): Promise<Deposition> {
  const { links } = await draftWith(url, files);
  return (await send('POST', String(links['publish']), { headers: BEARER })).json as Deposition;
}
