import { randomUUID } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';
import { problem } from '../errors.js';
import { within } from '../time.js';
import { TokenFailure } from '../zenodo/token-failure.js';
import type { ZenodoTokens } from '../zenodo/tokens.js';
import type { ConnectedCaller } from './caller.js';
import type { ConnectionRow, ConnectionRows } from './connection-rows.js';
import type { Flow, Flows } from './flows.js';
import type { createGrants, Grant } from './grants.js';
import { Lapsed, SENTENCES } from './lapsed.js';
import type { Origins } from './origins.js';
import type { Renewal } from './renewal.js';
import type { TokenPairs } from './token-pairs.js';

/** How long the token endpoint may take at a disconnection, in seconds. */
const LEASE = 30;

interface Parts {
  rows: ConnectionRows;
  pairs: TokenPairs;
  renewal: Renewal;
  tokens: ZenodoTokens;
  flows: Flows;
  origins: Origins;
  grant: ReturnType<typeof createGrants>;
  client: { zenodoOrigin: string; clientId: string };
  now(): number;
  log: FastifyBaseLogger;
}

/** Whether the pair that Zenodo knew is dead there too. */
export interface Disconnection {
  ended: boolean;
  warnings: string[];
}

/** What callers do with a connection that they have: get a new token, or end it. */
export function createSessions(parts: Parts) {
  const { rows, pairs, renewal, tokens, flows, origins, client, now, log } = parts;

  /** A new access token for a connection; its pair is renewed, unless that was done less than 60 s ago. Throws Lapsed. */
  const renew = async (connectionId: string, flow: Flow, deadline: number): Promise<Grant> => {
    const row = await rows.read(connectionId);
    if (row === null || !row.active) throw new Lapsed('ended');
    const live = row.fresh
      ? pairs.live(row)
      : await within(deadline - now(), renewal.renew(connectionId, row.version), () =>
          renewal.late(connectionId),
        );
    const renewed = (await rows.read(connectionId)) ?? row;
    const { grant } = await parts.grant({
      connectionId,
      zenodoUserId: row.zenodoUserId,
      flow,
      scope: renewed.scope,
      zenodoToken: live.accessToken,
      tokenExpiresAt: renewed.tokenExpiresAt,
    });
    return grant;
  };

  return {
    /** Throws Lapsed, or what Zenodo's token endpoint is. */
    async refresh(caller: ConnectedCaller, deadline: number): Promise<Grant> {
      const flow = caller.handle ?? (await origins.lastOf(caller.connectionId));
      if (flow === null) throw new Lapsed('ended');
      return renew(caller.connectionId, flow, deadline);
    },

    /**
     * For callers that the operator knows by a key and that have lost the token. Throws ambiguous_user if several users are connected to
     * the container, reauthorization_required if none is any more, not_found if none ever was.
     */
    async refreshContainer(containerId: string, deadline: number): Promise<Grant> {
      const { live, last } = await origins.ofContainer(client, containerId);
      const [only, another] = live;
      if (another !== undefined) {
        throw problem(
          'ambiguous_user',
          'More than one Zenodo user is connected to this container. Send the access_token of the one that is meant.',
        );
      }
      if (only !== undefined) {
        try {
          return await renew(only.connectionId, only, deadline);
        } catch (error) {
          throw error instanceof Lapsed ? await flows.required(error.message, only) : error;
        }
      }
      if (last !== null) throw await flows.required(SENTENCES.ended, last);
      throw problem('not_found', 'Nobody has connected this container to Zenodo. Start at /oauth/authorize.');
    },

    /** Renews once and throws the new pair away, which ends the old one at Zenodo (it has no call for that), then forgets both. */
    async disconnect(connectionId: string): Promise<Disconnection> {
      const by = randomUUID();
      for (;;) {
        const row = await rows.read(connectionId);
        if (row === null || !row.active) return { ended: true, warnings: [] };
        const refreshToken = readableRefreshToken(row);
        if (!(await rows.lease(connectionId, row.version, by, LEASE))) {
          await renewal.pause();
          continue;
        }
        const ended = await endAtZenodo(refreshToken);
        if (!(await rows.giveUp(connectionId, row.version))) continue;
        log.info({ audit: 'disconnected', connectionId, zenodoUserId: row.zenodoUserId });
        return { ended, warnings: ended ? [] : [NOT_ENDED] };
      }
    },
  };

  /** What was tampered with cannot be sent to Zenodo, but whoever wants to be forgotten must be. */
  function readableRefreshToken(row: ConnectionRow): string | null {
    try {
      return pairs.refreshToken(row);
    } catch (error) {
      if (error instanceof Lapsed) return null;
      throw error;
    }
  }

  async function endAtZenodo(refreshToken: string | null): Promise<boolean> {
    if (refreshToken === null) return false;
    try {
      await tokens.refresh(refreshToken);
      return true;
    } catch (error) {
      if (!(error instanceof TokenFailure)) throw error;
      return error.fate === 'refused';
    }
  }
}

const NOT_ENDED =
  'Zenodo could not be asked to end its token. It is forgotten here; the user can remove the application at Zenodo under Settings, Applications.';
