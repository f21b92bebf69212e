import { type Problem, problem } from '../errors.js';
import type { ZenodoTokens } from '../zenodo/tokens.js';
import { hashOf } from './handles.js';
import type { StateRows } from './state-rows.js';

/** What a flow is for, and where its browser comes back to. */
export interface Flow {
  containerId: string;
  callbackUrl: string;
}

/** A flow that was started, as the caller is told of it. */
export interface StartedFlow {
  zenodo_oauth_url: string;
  state: string;
  expires_at: string;
}

/** How long a state may be used, in milliseconds: an hour, or a day where the user may not be at hand. */
const LIFETIME = { first: 60 * 60 * 1000, again: 24 * 60 * 60 * 1000 };

export type Flows = ReturnType<typeof createFlows>;

/** Starts authorization flows. */
export function createFlows(
  states: StateRows,
  tokens: ZenodoTokens,
  { now, randomBytes }: { now(): number; randomBytes(size: number): Buffer },
) {
  const start = async (
    { containerId, callbackUrl }: Flow,
    kind: keyof typeof LIFETIME,
  ): Promise<StartedFlow> => {
    const state = randomBytes(32).toString('base64url');
    const expiresAt = new Date(now() + LIFETIME[kind]);
    await states.insert({
      hash: hashOf(state),
      containerId,
      callbackUrl,
      expiresAt,
      reauthorization: kind === 'again',
    });
    return {
      zenodo_oauth_url: tokens.authorizeUrl(callbackUrl, state),
      state,
      expires_at: expiresAt.toISOString(),
    };
  };

  return {
    start: (flow: Flow) => start(flow, 'first'),

    /** The members of a problem that send the user to Zenodo again; none if it is not known where to come back to. */
    async again(flow: Flow | null): Promise<Partial<StartedFlow>> {
      return flow === null ? {} : start(flow, 'again');
    },

    /** The answer to whoever holds a handle that no longer serves. */
    async required(detail: string, flow: Flow | null): Promise<Problem> {
      return problem('reauthorization_required', detail, await this.again(flow));
    },
  };
}
