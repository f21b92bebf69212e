import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { type Agent, request } from 'undici';
import type { Config } from '../../config.js';
import { doctorSignature } from '../../doctor-signature.js';
import { pause } from '../../time.js';

/** The response. */
export interface Loop {
  status: number;
  /** The content of the response, if it is from the service itself. */
  ours: { version: string; bytes: number; spread: number; address: string } | null;
  keptId: boolean;
  code: string;
  /** When the pieces of the response arrived, in milliseconds after the call. */
  arrivals: number[];
  took: number;
}

/** A body sent in two pieces, with a gap of some milliseconds. */
export interface Body {
  bytes: number;
  gap?: number;
}

/** A call without a response. Milliseconds. */
export interface Lost {
  lost: string;
  took: number;
}

/** Why there was no response, in one line. */
export function wordsOf({ message, code }: Error & { code?: string }): string {
  const [line = ''] = message.trim().split('\n');
  return line || code || 'no answer';
}

/** Calls the service at PUBLIC_URL with a signature. Throws if there is no response. */
export async function loop(
  config: Config,
  dispatcher: Agent,
  query: string,
  { bytes, gap = 0 }: Body,
): Promise<Loop> {
  const since = performance.now();
  const requestId = `doctor-${randomUUID()}`;
  const half = Math.floor(bytes / 2);
  async function* body() {
    yield Buffer.alloc(half, 'x');
    if (gap > 0) await pause(gap);
    yield Buffer.alloc(bytes - half, 'x');
  }
  const [key] = config.apiKeys;
  const answer = await request(`${config.publicUrl}/doctor${query}`, {
    method: 'POST',
    dispatcher,
    headers: {
      'content-type': 'application/octet-stream',
      'content-length': String(bytes),
      'x-request-id': requestId,
      'x-doctor': doctorSignature(config.tokenKeys, Date.now()),
      ...(key === undefined ? {} : { 'x-api-key': key }),
    },
    body: Readable.from(body()),
  });
  let text = '';
  const arrivals: number[] = [];
  for await (const chunk of answer.body) {
    arrivals.push(performance.now() - since);
    text += String(chunk);
  }
  const json = parsed(text);
  return {
    status: answer.statusCode,
    ours: typeof json['spread'] === 'number' ? (json as unknown as NonNullable<Loop['ours']>) : null,
    keptId: answer.headers['x-request-id'] === requestId,
    code: String(json['code'] ?? ''),
    arrivals,
    took: performance.now() - since,
  };
}

function parsed(text: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
