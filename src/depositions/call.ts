import { type Caller, connectionOf } from '../connections/caller.js';
import type { Parser } from '../thread-pool/pool.js';
import type { DepositApi } from '../zenodo/deposit-api.js';
import type { RecordsApi } from '../zenodo/records-api.js';
import type { AccessContext, DraftsContext, Limits } from './context.js';

/**
 * One call of one caller: the APIs of Zenodo in their name and within the call's time, and this
 * service's own data.
 */
export interface Call<Context extends AccessContext = DraftsContext> {
  caller: Caller;
  context: Context;
  limits: Limits;
  deposits: DepositApi;
  records: RecordsApi;
  /** Parses text from outside, in the caller's turn and within the call's time. */
  parser: Parser;
  /** Is told of pauses in which the call waits for another one. Milliseconds. */
  paused(milliseconds: number): void;
  /** Writes one line of the audit log about a deposition. */
  audit(event: string, depositionId: number): void;
}

/** Binds a caller, a context and limits, so that no function below takes tokens or timeouts. */
export function openCall<Context extends AccessContext>(
  context: Context,
  caller: Caller,
  limits: Limits,
): Call<Context> {
  const { deposits, records, paused } = context.zenodoFor(caller, limits);
  return {
    caller,
    context,
    limits,
    deposits,
    records,
    parser: context.threads.for({ owner: caller.owner, left: limits.left }),
    paused,
    audit: (event, depositionId) =>
      context.audit(event, { deposition_id: depositionId, connection_id: connectionOf(caller) }),
  };
}
