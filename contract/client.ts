import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import type { Answer, Judge } from './answers.js';
import { type Call, filled, type Values } from './call.js';
import { namesProduction, ProductionZenodo } from './production.js';

/** A call and its result. */
export interface Exchange {
  call: Call;
  /** Null if there was no response. */
  answer: Answer | null;
  /** The violations of the contract. The same fault has the same words. */
  faults: string[];
}

export interface Client {
  /**
   * Sends a call with its placeholders filled in, and waits if the service asks for that. Throws
   * ProductionZenodo.
   */
  send(call: Call, values?: Values): Promise<Exchange>;
  close(): Promise<void>;
}

interface ClientOptions {
  url: string;
  judge: Judge;
  /** Placeholders that are the same for every call. */
  values: Values;
  /** How long a response may take, in milliseconds. */
  timeout: number;
  /** Aborted if the run ends early, to stop all waiting. */
  signal: AbortSignal;
  note(line: string): void;
}

/** How often a call is repeated after a 429, and the longest wait in between in seconds. */
const REPEATS = 5;
const LONGEST_WAIT = 300;

/** Largest part of a response that is read, in bytes, because streams may have no end. */
const MAX_ANSWER = 8 * 1024 * 1024;

/** Calls the deployment, and checks each response against the contract. */
export function createClient({ url, judge, values, timeout, signal, note }: ClientOptions): Client {
  // One connection per call: if the service is just closing an idle connection, that looks like no
  // response.
  const dispatcher = new Agent({ headersTimeout: timeout, bodyTimeout: timeout, pipelining: 0 });

  const once = async ({ operation, path, headers, body }: Call): Promise<Answer> => {
    const answer = await request(`${url}${path}`, {
      method: operation.method,
      headers,
      dispatcher,
      ...(body === undefined ? {} : { body }),
    });
    const chunks: Buffer[] = [];
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      if (chunks.reduce((size, { length }) => size + length, 0) > MAX_ANSWER) break;
    }
    return {
      status: answer.statusCode,
      headers: answer.headers,
      text: Buffer.concat(chunks).toString('utf8'),
    };
  };

  const send = async (call: Call, more: Values = {}): Promise<Exchange> => {
    const wire = filled(call, { ...values, ...more });
    for (let repeat = 0; ; repeat += 1) {
      let answer: Answer;
      try {
        answer = await once(wire);
      } catch (error) {
        return { call, answer: null, faults: [`no response: ${reasonOf(error)}`] };
      }
      const said = `${answer.text}\n${Object.values(answer.headers).join('\n')}`;
      if (namesProduction(said)) throw new ProductionZenodo(`The response of ${call.operation.id}`);
      const wait = Number(answer.headers['retry-after'] ?? Number.NaN);
      const worthIt = answer.status === 429 && repeat < REPEATS && wait <= LONGEST_WAIT && !signal.aborted;
      if (!worthIt) return { call, answer, faults: faultsOf(call, answer, judge) };
      note(`${call.operation.id}: 429, waiting ${wait} s as requested`);
      await sleep(wait * 1000, undefined, { signal }).catch(() => undefined);
    }
  };

  return { send, close: () => dispatcher.destroy() };
}

/**
 * In addition to the contract, a 500 is always a fault, and a forbidden request must be refused.
 */
function faultsOf(call: Call, answer: Answer, judge: Judge): string[] {
  const faults = judge(call.operation, answer);
  if (answer.status === 500) faults.unshift('answered 500');
  if (call.forbidden !== undefined && answer.status < 400) {
    faults.push(`returned ${answer.status} for a request that the contract forbids: ${call.forbidden}`);
  }
  return faults;
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return code ?? message ?? String(error);
}
