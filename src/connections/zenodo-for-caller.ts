import { isProblem, OutOfTime } from '../errors.js';
import { LONGEST_ZENODO_CALL } from '../time-outs.js';
import type { ZenodoClient } from '../zenodo/client.js';
import { type DepositApi, depositApi } from '../zenodo/deposit-api.js';
import { depositionIdIn } from '../zenodo/paths.js';
import { type RecordsApi, recordsApi } from '../zenodo/records-api.js';
import { type Verdict, verdictOf } from '../zenodo/responses.js';
import type { ZenodoAnswer } from '../zenodo/send.js';
import type { Transport } from '../zenodo/transport-types.js';
import { zenodoLate } from '../zenodo/unreachable.js';
import type { RunLimits } from './live-token.js';

/** How long all requests to Zenodo for one call may take. */
export interface CallLimits {
  /** Returns the milliseconds that are left. Without it, each request has its usual timeout. */
  left?: (() => number) | undefined;
  signal?: AbortSignal | undefined;
}

/** Zenodo in the name of one caller, within the time of one call. */
export interface ZenodoInName {
  deposits: DepositApi;
  records: RecordsApi;
  /** Takes a pause on purpose out of the time that this service took. Milliseconds. */
  paused(milliseconds: number): void;
}

/** Makes a request with a live token, again if needed. */
export type WithLiveToken = <T>(
  call: (token: string) => Promise<T>,
  options: Pick<RunLimits, 'depositionId' | 'own' | 'inTurn'> & { verdict(answer: T): Verdict },
) => Promise<T>;

/** Adds the token to every request. Code that uses these APIs never sees a token. */
export function zenodoForCaller(
  zenodo: ZenodoClient,
  run: WithLiveToken,
  { left, signal }: CallLimits,
): ZenodoInName {
  const spent = createSpentTime(left?.() ?? Number.POSITIVE_INFINITY);
  const limits = () => {
    if (left === undefined) return { signal };
    const rest = left();
    if (rest <= 0) throw zenodoLate();
    return { signal, timeout: Math.min(rest, LONGEST_ZENODO_CALL) };
  };
  // Depositions that Zenodo has shown to this user: a later refusal is due to the token.
  const shown = new Set<number>();
  const transport: Transport = {
    async send({ own = false, ...request }) {
      const depositionId = request.depositionId ?? depositionIdIn(request.path);
      const options = {
        depositionId,
        inTurn: true,
        own: own || (depositionId !== undefined && shown.has(depositionId)),
        verdict: verdictOf,
      };
      const answer = await spent.atZenodo(() =>
        run<ZenodoAnswer>((token) => zenodo.send({ ...request, token }, limits()), options),
      );
      if (answer.status < 400 && depositionId !== undefined) shown.add(depositionId);
      return answer;
    },
    put: ({ path, size, depositionId, own, open }) =>
      run<ZenodoAnswer>(
        (token) => {
          const { body, signal: ends, close } = open();
          return zenodo.upload({ path, token, size, body, signal: ends ?? signal }).finally(close);
        },
        { depositionId, own, verdict: verdictOf },
      ),
    get: (path, depositionId) =>
      spent.atZenodo(() =>
        run((token) => zenodo.download({ path, token, ...limits() }), {
          depositionId,
          own: true,
          verdict: verdictOf,
        }),
      ),
  };
  return { deposits: depositApi(transport), records: recordsApi(transport), paused: spent.paused };
}

/**
 * The time of a call that this service and its database took: all of it between the requests to
 * Zenodo, without pauses on purpose, such as those in which the call waits for another one.
 * `budget` is what the call may take, in milliseconds.
 */
function createSpentTime(budget: number) {
  let ours = 0;
  let running = 0;
  let idleSince = performance.now();
  return {
    paused(milliseconds: number): void {
      if (running === 0) idleSince = Math.min(performance.now(), idleSince + milliseconds);
    },

    /** If the call's time ends during `work`, and was mostly ours, Zenodo is not to blame. */
    async atZenodo<T>(work: () => Promise<T>): Promise<T> {
      if (running === 0) ours += performance.now() - idleSince;
      running += 1;
      try {
        return await work();
      } catch (error) {
        const late = isProblem(error, 'zenodo_timeout') && !error.members.zenodo;
        throw late && ours > Math.max(0, budget) / 2 ? new OutOfTime(error) : error;
      } finally {
        running -= 1;
        idleSince = performance.now();
      }
    },
  };
}
