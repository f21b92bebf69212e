import type { ConnectedCaller } from './caller.js';
import type { Flow } from './flows.js';
import type { HandleRows } from './handle-rows.js';
import { HANDLE_LIFETIME, hashOf, newHandle } from './handles.js';

/** The access token that a caller gets, and what it says about itself. */
export interface Grant {
  access_token: string;
  token_type: string;
  expires_in: number;
  expires_at: string;
  scope: string;
  container_id: string;
  zenodo_user_id: string;
}

/** What a grant is made from. */
export interface GrantSource {
  connectionId: string;
  zenodoUserId: string;
  flow: Flow;
  scope: string;
  /** Zenodo's own token and its end, for deployments that hand it out. */
  zenodoToken: string;
  tokenExpiresAt: Date | null;
}

interface Parts {
  handles: HandleRows;
  kind: 'handle' | 'zenodo';
  now(): number;
  randomBytes(size: number): Buffer;
}

/** Issues access tokens: handles of ours, or Zenodo's token, whose hash then is the handle. */
export function createGrants({ handles, kind, now, randomBytes }: Parts) {
  return async (source: GrantSource): Promise<{ caller: ConnectedCaller; grant: Grant }> => {
    const { connectionId, zenodoUserId, flow, scope, zenodoToken, tokenExpiresAt } = source;
    const token = kind === 'zenodo' ? zenodoToken : newHandle(randomBytes);
    const issued = now();
    const end = issued + HANDLE_LIFETIME;
    const handle = {
      hash: hashOf(token),
      containerId: flow.containerId,
      callbackUrl: flow.callbackUrl,
      expiresAt: new Date(end),
    };
    await handles.insert({ ...handle, connectionId });
    const shown = kind === 'zenodo' ? Math.min(end, tokenExpiresAt?.getTime() ?? end) : end;
    return {
      caller: {
        kind: 'connection',
        owner: `connection:${connectionId}`,
        connectionId,
        zenodoUserId,
        handle,
      },
      grant: {
        access_token: token,
        token_type: 'Bearer',
        expires_in: Math.max(0, Math.floor((shown - issued) / 1000)),
        expires_at: new Date(shown).toISOString(),
        scope,
        container_id: flow.containerId,
        zenodo_user_id: zenodoUserId,
      },
    };
  };
}
