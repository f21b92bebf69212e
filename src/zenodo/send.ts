import { isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';
import { type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { type JsonShape, shapeOf } from '../json-shape.js';
import { withDeadline } from '../time.js';
import { TIMINGS, type Timings } from '../time-outs.js';
import { type CallObserver, observed } from './instrument.js';
import { createRateBudget, type RateBudget } from './rate-limit.js';
import { UnreadableAnswer } from './unreachable.js';

/** Maximum size of a JSON answer in bytes. Zenodo's are small. */
const MAX_ANSWER = 10 * 1024 * 1024;

/** Asking again would return the same. */
const TOO_LARGE =
  'It has more than 10 MiB. Request fewer depositions at once, or shorten the metadata on Zenodo’s page.';

/**
 * Limits on the JSON of an answer. A list of 100 drafts with 100 files each has some 150,000
 * values.
 */
const MAX_SHAPE: JsonShape = { depth: 200, values: 500_000 };

/**
 * Escapes for U+0000 and for half of a surrogate pair, which no database stores and no URL names.
 * In JSON that `JSON.stringify` wrote, pairs are no escapes.
 */
const MAYBE_NO_TEXT = /\\u(?:0000|d[89a-f])/i;
const NO_TEXT = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;

/** How long an answer may pause once it has begun, in milliseconds. */
const STREAM_TIMEOUT = 600_000;

/**
 * How long a download, and an upload, wait here for the rate limit, which is per minute. An upload
 * that gets no turn waits further as a file of its row. Milliseconds.
 */
const LONGEST_RATE_WAIT = 120_000;
const UPLOAD_RATE_WAIT = 2000;

/** One request to Zenodo. `path` comes from paths.ts. */
export interface ZenodoRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  query?: Record<string, string | number>;
  token?: string;
  json?: unknown;
  accept?: string;
  /** Milliseconds. */
  timeout?: number;
  signal?: AbortSignal | undefined;
  ifMatch?: number;
  /** The deposition that a refusal is about, if the path does not name it. */
  depositionId?: number | undefined;
  /** Zenodo has just shown this deposition to this user, so a refusal is about the token. */
  own?: boolean;
}

/** A file to send: `body` must deliver exactly `size` bytes. */
export interface ZenodoUpload {
  path: string;
  token: string;
  size: number;
  body: Readable | AsyncIterable<Uint8Array>;
  signal?: AbortSignal | undefined;
}

/** A complete answer. `json` is undefined if the body is not JSON. */
export interface ZenodoAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  json: unknown;
}

/** A download: `body` must be read or destroyed. */
export interface ZenodoDownload {
  body: Readable;
  headers: Record<string, string | string[] | undefined>;
}

/** A file to download. */
export interface ZenodoDownloadRequest {
  path: string;
  token: string;
  /** Until the file begins, in milliseconds. Without it, that may take minutes. */
  timeout?: number;
  signal?: AbortSignal | undefined;
}

/** Sends requests and returns answers, without interpreting them. */
interface ZenodoSender {
  send(request: ZenodoRequest): Promise<ZenodoAnswer>;
  /** PUTs a file with its length. Not retried here, because a body can only be sent once. */
  upload(upload: ZenodoUpload): Promise<ZenodoAnswer>;
  /** GETs a file: its stream, or the answer that says why there is none. */
  download(request: ZenodoDownloadRequest): Promise<ZenodoDownload | ZenodoAnswer>;
  close(): Promise<void>;
  /** What is left of Zenodo's rate limit. */
  budget: RateBudget;
}

/**
 * Creates the sender for one Zenodo. Uploads, downloads and short calls have connection pools of
 * their own, so that none waits for the others; HTTPS_PROXY and NO_PROXY hold; redirects are not
 * followed and no cookies are kept.
 */
export function createZenodoSender(
  origin: string,
  userAgent: string,
  observer: CallObserver,
  { zenodoCall }: Pick<Timings, 'zenodoCall'> = TIMINGS,
): ZenodoSender {
  const control = new EnvHttpProxyAgent({ connections: 20, pipelining: 1, connect: { timeout: 10_000 } });
  const streams = { pipelining: 1, connect: { timeout: 10_000 }, bodyTimeout: STREAM_TIMEOUT };
  // Uploads watch the time themselves: Zenodo checksums before it answers, which depends on the
  // size. How many there are is bounded by MAX_TRANSFERS.
  const transfers = new EnvHttpProxyAgent({ ...streams, headersTimeout: 0 });
  // A download is as slow as its caller, and no upload waits for it.
  const downloads = new EnvHttpProxyAgent({ ...streams, connections: 64 });
  const budget = createRateBudget();
  const common = (): Record<string, string> => {
    const requestId = observer.requestId();
    return { 'user-agent': userAgent, ...(requestId === undefined ? {} : { 'x-request-id': requestId }) };
  };
  const read = async (answer: Dispatcher.ResponseData): Promise<ZenodoAnswer> => {
    budget.learn(answer.statusCode, answer.headers);
    return readAnswer(answer);
  };
  const begin = async (
    path: string,
    token: string,
    signal: AbortSignal,
  ): Promise<ZenodoDownload | ZenodoAnswer> => {
    const headers = { ...common(), authorization: `Bearer ${token}` };
    const request = { origin, path, method: 'GET' as const, headers, signal };
    const ask = () => downloads.request(request);
    const answer = await observed(observer, request, ask, ({ statusCode }) => statusCode);
    if (answer.statusCode !== 200) return read(answer);
    budget.learn(answer.statusCode, answer.headers);
    // It was not requested, and the compressed bytes are not the file.
    if ((answer.headers['content-encoding'] ?? 'identity') !== 'identity') {
      answer.body.on('error', () => undefined).destroy();
      throw new UnreadableAnswer('the file is packed');
    }
    return { body: answer.body, headers: answer.headers };
  };
  return {
    budget,
    async send({ method, path, query, token, json, accept, timeout = zenodoCall, signal, ifMatch }) {
      const headers: Record<string, string> = { ...common(), accept: accept ?? 'application/json' };
      if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
      if (json !== undefined) headers['content-type'] = 'application/json';
      if (ifMatch !== undefined) headers['if-match'] = String(ifMatch);
      return withDeadline(timeout, signal, async (inTime) => {
        await budget.take('control', timeout, inTime);
        const request = {
          origin,
          path,
          method,
          headers,
          ...(query ? { query } : {}),
          ...(json === undefined ? {} : { body: JSON.stringify(json) }),
          signal: inTime,
        };
        return observed(observer, request, async () => read(await control.request(request)), statusOf);
      });
    },
    async upload({ path, token, size, body, signal }) {
      await budget.take('transfer', UPLOAD_RATE_WAIT, signal);
      const request = {
        origin,
        path,
        method: 'PUT' as const,
        headers: {
          ...common(),
          accept: 'application/json',
          authorization: `Bearer ${token}`,
          'content-type': 'application/octet-stream',
          'content-length': String(size),
        },
        body: body as Dispatcher.DispatchOptions['body'] as Readable,
        ...(signal ? { signal } : {}),
      };
      return observed(observer, request, async () => read(await transfers.request(request)), statusOf);
    },
    async download({ path, token, timeout = LONGEST_RATE_WAIT + zenodoCall, signal }) {
      // Until the file begins, or the answer that says why not has been read. The file itself may
      // take longer.
      return withDeadline(timeout, signal, async (inTime) => {
        await budget.take('transfer', Math.min(timeout, LONGEST_RATE_WAIT), inTime);
        return withDeadline(zenodoCall, inTime, (inCall) => begin(path, token, inCall));
      });
    },
    async close() {
      await Promise.all([control.destroy(), transfers.destroy(), downloads.destroy()]);
    },
  };
}

function statusOf({ status }: ZenodoAnswer): number {
  return status;
}

async function readAnswer(answer: Dispatcher.ResponseData): Promise<ZenodoAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer.body) {
    size += (chunk as Buffer).length;
    if (size > MAX_ANSWER) throw new UnreadableAnswer('the answer is too large', TOO_LARGE);
    chunks.push(chunk as Buffer);
  }
  const bytes = Buffer.concat(chunks);
  const text = bytes.toString('utf8');
  // Other bytes would become U+FFFD, which the next save would store at Zenodo.
  const isReadable = isUtf8(bytes) && shapeOf(bytes, MAX_SHAPE).fault === null;
  const json = isReadable ? parseJson(text) : undefined;
  return { status: answer.statusCode, headers: answer.headers, text, json };
}

function parseJson(text: string): unknown {
  try {
    const json: unknown = JSON.parse(text);
    return MAYBE_NO_TEXT.test(text) && NO_TEXT.test(JSON.stringify(json)) ? undefined : json;
  } catch {
    return undefined;
  }
}
