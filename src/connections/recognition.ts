import type { Caller } from './caller.js';
import type { Flow, Flows } from './flows.js';
import { type ForeignTokens, invalidToken } from './foreign-tokens.js';
import type { HandleRows, KnownHandle } from './handle-rows.js';
import { hashOf, looksLikeHandle } from './handles.js';
import { SENTENCES } from './lapsed.js';
import type { Origins } from './origins.js';

interface Parts {
  handles: HandleRows;
  foreign: ForeignTokens;
  flows: Flows;
  origins: Origins;
  /** Whose OAuth client this deployment is: handles of another one no longer serve. */
  client: { zenodoOrigin: string; clientId: string };
  now(): number;
}

/** Finds out who presents a token. Reads one row; Zenodo is not asked. */
export function createRecognition({ handles, foreign, flows, origins, client, now }: Parts) {
  const faultOf = (handle: KnownHandle): string | null => {
    if (handle.expiresAt.getTime() <= now()) return SENTENCES.expired;
    const ours = handle.zenodoOrigin === client.zenodoOrigin && handle.clientId === client.clientId;
    return handle.spent || !handle.active || !ours ? SENTENCES.ended : null;
  };

  return {
    /**
     * Throws reauthorization_required for a handle that no longer serves (with a flow for the container of `depositionId`, if
     * that is known), invalid_token for what cannot be a token or was refused a moment ago.
     */
    async resolve(token: string, depositionId?: number): Promise<Caller> {
      const hash = hashOf(token);
      const handle = await handles.find(hash);
      if (handle === null) {
        if (looksLikeHandle(token)) throw invalidToken();
        return foreign.caller(token);
      }
      const fault = faultOf(handle);
      if (fault !== null) throw await flows.required(fault, await flowFor(handle, depositionId));
      const { connectionId, zenodoUserId, containerId, callbackUrl, expiresAt } = handle;
      return {
        kind: 'connection',
        owner: `connection:${connectionId}`,
        connectionId,
        zenodoUserId,
        handle: { hash, containerId, callbackUrl, expiresAt },
      };
    },
  };

  async function flowFor(handle: KnownHandle, depositionId: number | undefined): Promise<Flow> {
    return (await origins.of(handle.connectionId, depositionId)) ?? handle;
  }
}
