import { type Caller, connectionOf } from '../connections/caller.js';
import type { DepositApi } from '../zenodo/deposit-api.js';
import type { RecordsApi } from '../zenodo/records-api.js';
import type { AccessContext, DraftsContext, Limits } from './context.js';

/**
 * One call of one caller: Zenodo in their name and within the call's time, and what is kept of it
 * here.
 */
export interface Call<Context extends AccessContext = DraftsContext> {
  caller: Caller;
  context: Context;
  limits: Limits;
  deposits: DepositApi;
  records: RecordsApi;
  /** One line of the audit about a deposition. */
  audit(event: string, depositionId: number): void;
}

/**
 * Binds what a call needs once, so that nothing below it is handed a token, a limit or a context.
 */
export function openCall<Context extends AccessContext>(
  context: Context,
  caller: Caller,
  limits: Limits,
): Call<Context> {
  const { deposits, records } = context.zenodoFor(caller, limits);
  return {
    caller,
    context,
    limits,
    deposits,
    records,
    audit: (event, depositionId) =>
      context.audit(event, { deposition_id: depositionId, connection_id: connectionOf(caller) }),
  };
}

/** How many milliseconds are left of a call's time, whenever it is asked. */
export function leftOf({ now }: Pick<AccessContext, 'now'>, { deadline }: Limits): () => number {
  return () => deadline - now();
}

/**
 * Makes sure that a caller is one before what they sent is read: anybody can make up a personal
 * token, and Zenodo alone knows which are real. Throws `invalid_token`.
 */
export async function prove({ caller, context, deposits }: Call): Promise<void> {
  if (caller.kind === 'connection' || context.isProven(caller)) return;
  await deposits.list({ size: 1 });
}
