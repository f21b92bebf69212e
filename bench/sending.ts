import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { payload } from './payload.js';

/** A body: texts as they are, and a number of payload bytes. */
export type Body = (string | number)[];

/** What is sent. */
interface Sending {
  method: 'PUT' | 'POST' | 'PATCH';
  url: string;
  headers: Record<string, string>;
  body: Body;
  /** Bytes per second. Without it, as fast as they are accepted. */
  rate?: number | undefined;
}

/** Bytes that a slow caller sends at once. */
const SLICE = 256 * 1024;

/**
 * Sends a body of known length and reads the whole response. Throws for any status but 200, 201,
 * 202 or 204.
 */
export async function send({ method, url, headers, body, rate }: Sending): Promise<unknown> {
  const length = body.reduce<number>(
    (sum, part) => sum + (typeof part === 'string' ? Buffer.byteLength(part) : part),
    0,
  );
  const outgoing = request(url, {
    method,
    agent: false,
    headers: { authorization: 'Bearer mock-token', 'content-length': length, ...headers },
  });
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
  // For an early refusal, the response has the reason, and not the error of sending the rest.
  answered.catch(() => undefined);
  outgoing.on('error', () => undefined);
  await write(outgoing, body, rate);
  const [answer] = await answered;
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += String(chunk);
  if (![200, 201, 202, 204].includes(answer.statusCode ?? 0))
    throw new Error(`${url} answers ${answer.statusCode}: ${text}`);
  return text === '' ? null : JSON.parse(text);
}

/**
 * Sends a file that the service transfers to Zenodo after its response. Returns where to ask for
 * the progress.
 */
export async function sendLater(service: string, draft: number, bytes: number): Promise<string> {
  const answer = await send({
    method: 'PUT',
    url: `${service}/depositions/${draft}/files/one.bin`,
    headers: { prefer: 'respond-async' },
    body: [bytes],
  });
  return (answer as { status_url: string }).status_url;
}

async function write(outgoing: ClientRequest, body: Body, rate: number | undefined): Promise<void> {
  const started = performance.now();
  let sent = 0;
  for (const piece of pieces(body, rate === undefined ? Number.POSITIVE_INFINITY : SLICE)) {
    if (outgoing.destroyed) return;
    sent += piece.length;
    if (!outgoing.write(piece)) await drained(outgoing);
    if (rate === undefined) continue;
    const early = (sent / rate) * 1000 - (performance.now() - started);
    if (early > 1) await sleep(early);
  }
  outgoing.end();
}

function drained(outgoing: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      outgoing.off('drain', done).off('close', done);
      resolve();
    };
    outgoing.on('drain', done).on('close', done);
  });
}

function* pieces(body: Body, largest: number): Generator<Buffer> {
  for (const part of body) {
    if (typeof part === 'string') {
      yield Buffer.from(part);
      continue;
    }
    for (const block of payload(part)) {
      for (let at = 0; at < block.length; at += largest) yield block.subarray(at, at + largest);
    }
  }
}
