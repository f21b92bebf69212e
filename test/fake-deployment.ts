import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { listen, type Teardown } from './teardown.js';

/** An answer of the fake. Headers that every answer has come by themselves. */
export interface FakeAnswer {
  status: number;
  json?: unknown;
  headers?: Record<string, string>;
}

/** A request that it got. */
interface FakeRequest {
  method: string;
  path: string;
  body: string;
  authorization: string | undefined;
}

/** Answers some requests otherwise than the contract wants, or hangs up. */
export type Misbehaviour = (request: FakeRequest) => FakeAnswer | 'silence' | undefined;

const ALWAYS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

/** A problem as the contract has it. */
export function fakeProblem(status: number, code: string, more: object = {}): FakeAnswer {
  const request_id = randomUUID();
  const problem = { type: `urn:${code}`, title: code, status, detail: code, code, request_id };
  return { status, json: { ...problem, user_message: code, error: code, message: code, ...more } };
}

/** Somebody else's deployment that offers the documented calls only, and lets no caller in. */
function kept({ method, path, body }: FakeRequest): FakeAnswer {
  if (path.startsWith('/oauth/authorize')) {
    const given = read(body);
    if (typeof given['container_id'] !== 'string' || typeof given['django_callback_url'] !== 'string') {
      return fakeProblem(400, 'invalid_request');
    }
    const link = { zenodo_oauth_url: 'https://sandbox.zenodo.org/oauth/authorize?a=b', state: 's' };
    return { status: 200, json: { ...link, expires_at: new Date().toISOString(), warnings: [] } };
  }
  if (path === '/oauth/callback') return fakeProblem(400, 'state_unknown');
  const documented =
    path === '/oauth/refresh' ||
    /^\/depositions\/[^/]+\/(verify|files|metadata)(\?|$)/.test(path) ||
    (method === 'DELETE' && /^\/depositions\/[^/]+(\?|$)/.test(path));
  const offered = documented && !(method === 'GET' && path.includes('/files'));
  return offered ? fakeProblem(401, 'invalid_token') : fakeProblem(404, 'not_found');
}

function read(body: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(body)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** Starts it; what it was asked is in `requests`. */
export async function startFakeDeployment(
  t: Teardown,
  misbehave: Misbehaviour = () => undefined,
): Promise<{ url: string; requests: FakeRequest[] }> {
  const requests: FakeRequest[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { method = '', url: path = '', headers: sent } = incoming;
    const body = Buffer.concat(chunks).toString();
    const request = { method, path, body, authorization: sent.authorization };
    requests.push(request);
    const answer = misbehave(request) ?? kept(request);
    if (answer === 'silence') return void incoming.socket.destroy();
    const { status, json, headers = {} } = answer;
    const type = { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' };
    outgoing.writeHead(status, { ...ALWAYS, 'x-request-id': randomUUID(), ...type, ...headers });
    outgoing.end(JSON.stringify(json));
  });
  const url = await listen(t, server);
  return { url, requests };
}
