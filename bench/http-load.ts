import { Pool } from 'undici';
import { percentile } from './statistics.js';

/** Calls made over and over. */
export interface Load {
  url: string;
  method: 'GET' | 'POST';
  path: string;
  token?: string;
  headers?: Record<string, string>;
  json?: unknown;
  /** Callers at once, each waiting for its answer and then `pause` milliseconds. */
  callers: number;
  pause?: number;
  /** Until this is aborted. */
  signal: AbortSignal;
}

/**
 * Milliseconds after the first call in which callers connect and code is compiled: what happens
 * then says little of what comes later.
 */
const BEGINNING = 500;

/**
 * How it went: answers of 200 a second, the slowest of a hundred and all times in milliseconds, and
 * all that was no 200. `steady`: the slowest of a hundred calls made after the first 500 ms;
 * `first`: the slowest of those before.
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
    // They do not all begin in the same moment.
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
