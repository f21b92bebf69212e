import { setTimeout as sleep } from 'node:timers/promises';

/** A Zenodo to check against the rules: the mock, or the sandbox if you have an account there. */
export interface Target {
  /** Origin, no trailing slash. */
  url: string;
  /** Personal token of the account that the rules act as. */
  token: string;
  /** Personal token of another account, if there is one. */
  secondToken?: string;
}

/**
 * What a rule needs in addition to a target and a token. Rules whose needs are not met are skipped
 * and reported as such.
 */
export type Need = 'publish' | 'second-token' | 'mock';

/**
 * One statement about Zenodo that can be tested over HTTP alone, on things that the rule itself
 * created.
 */
export interface Rule {
  /**
   * Stable, unique, and prefixed with the part of Zenodo it is about: `oauth/…`, `deposit/…`,
   * `metadata/…`, `files/…`, `records/…`, `limits/…`.
   */
  id: string;
  /** The rule in one sentence; a row of the fidelity table. */
  says: string;
  /**
   * Where it comes from: a file of Zenodo's code, a documentation page or an issue, as
   * `owner/repo:path` or `owner/repo#N`.
   */
  source: string;
  needs?: Need[];
  /** Throws (node:assert) if the target behaves differently. */
  check(target: Target): Promise<void>;
}

/** A response as rules see it. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The body parsed as JSON, or undefined if it is not JSON. */
  json: unknown;
}

/** How often a request is repeated after a 429, and the longest wait in between in seconds. */
const RETRIES = { times: 3, seconds: 90 };

/**
 * Sends one request with the target's token (or `token`, or none with `token: null`) and reads the
 * whole response. Waits after a 429.
 */
export async function call(
  target: Target,
  method: string,
  path: string,
  options: {
    token?: string | null;
    json?: unknown;
    body?: string | Uint8Array | FormData | URLSearchParams;
    headers?: Record<string, string>;
  } = {},
): Promise<Answer> {
  const headers: Record<string, string> = { ...options.headers };
  const token = options.token === undefined ? target.token : options.token;
  if (token !== null) headers['authorization'] = `Bearer ${token}`;
  let body: NonNullable<RequestInit['body']> | null = options.body ?? null;
  if (options.json !== undefined) {
    body = JSON.stringify(options.json);
    headers['content-type'] ??= 'application/json';
  }
  const url = path.startsWith('http') ? path : `${target.url}${path}`;
  const send = () => fetch(url, { method, headers, body, redirect: 'manual' });
  let response = await send();
  for (let times = 0; response.status === 429 && times < RETRIES.times; times += 1) {
    const wait = Math.min(Number(response.headers.get('retry-after') ?? 1), RETRIES.seconds);
    await response.body?.cancel();
    await sleep(wait * 1000);
    response = await send();
  }
  const text = await response.text();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return { status: response.status, headers: response.headers, text, json };
}
