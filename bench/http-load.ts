import { Pool } from 'undici';
import { percentile } from './statistics.js';

/** Calls made repeatedly. */
export interface Load {
  url: string;
  method: 'GET' | 'POST';
  path: string;
  token?: string;
  headers?: Record<string, string>;
  json?: unknown;
  /**
   * Number of concurrent callers. Each waits for its response and then for `pause` milliseconds.
   */
  callers: number;
  pause?: number;
  /** Ends the load when it is aborted. */
  signal: AbortSignal;
}

/**
 * Milliseconds in which callers connect and code is compiled. What happens in them says little
 * about later.
 */
const BEGINNING = 500;

/**
 * The results: responses with 200 per second, the 99th percentile and all times in milliseconds,
 * and the number of all other responses. `steady` is the 99th percentile of the calls after the
 * first 500 ms. `first` is the slowest call before.
 */
export interface Loaded {
  perSecond: number;
  p99: number;
  steady: number;
  first: number;
  times: number[];
  answers: number;
  errors: number;
}

/** Loads a server with one kind of call. */
export async function load({
  url,
  method,
  path,
  token,
  headers: more = {},
  json,
  callers,
  pause = 0,
  signal,
}: Load): Promise<Loaded> {
  const pool = new Pool(url, { connections: callers });
  const headers = {
    ...more,
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(json === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const body = json === undefined ? null : JSON.stringify(json);
  const times: number[] = [];
  const early: number[] = [];
  const later: number[] = [];
  let errors = 0;
  const started = performance.now();
  const caller = async () => {
    // The callers do not all start at the same moment.
    await new Promise((done) => setTimeout(done, Math.random() * pause));
    while (!signal.aborted) {
      const asked = performance.now();
      const status = await pool.request({ method, path, headers, body }).then(
        async (answer) => {
          await answer.body.dump();
          return answer.statusCode;
        },
        () => 0,
      );
      const took = performance.now() - asked;
      times.push(took);
      (asked - started < BEGINNING ? early : later).push(took);
      if (status !== 200) errors += 1;
      if (pause > 0) await new Promise((done) => setTimeout(done, pause));
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const seconds = (performance.now() - started) / 1000;
  await pool.destroy();
  const answers = times.length - errors;
  return {
    perSecond: answers / seconds,
    p99: percentile(times, 0.99),
    steady: percentile(later, 0.99),
    first: percentile(early, 1),
    times,
    answers,
    errors,
  };
}
