import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import { type Problem, problem } from '../errors.js';
import type { Meters } from '../meters.js';
import { TokenFailure } from '../zenodo/token-failure.js';
import type { TokenPair, ZenodoTokens } from '../zenodo/tokens.js';
import type { ConnectionRow, ConnectionRows } from './connection-rows.js';
import { Lapsed } from './lapsed.js';
import type { PairStore } from './pair-store.js';
import type { LiveToken, TokenPairs } from './token-pairs.js';

/** How long a refresh may take before another replica may try, in seconds; longer than the token endpoint is waited for. */
const LEASE = 30;

/** How long another replica's refresh is waited for, in milliseconds: its lease, and time for one of our own. */
const PATIENCE = 60_000;

/** How long the holder of a lease that ran out may still bring his pair, in milliseconds: longer than he pauses between attempts. */
const LATECOMER = 5000;

/** How often the row is looked at meanwhile, in milliseconds. */
const POLL = 100;

export type Renewal = ReturnType<typeof createRenewal>;

interface Parts {
  rows: ConnectionRows;
  pairs: TokenPairs;
  store: PairStore;
  tokens: ZenodoTokens;
  log: FastifyBaseLogger;
  refreshes: Meters['refreshes'];
}

/**
 * Renews token pairs, once however many calls, processes or machines find the same one dead: Zenodo kills the old pair at once,
 * so whoever comes second would be left with nothing (inveniosoftware/invenio-oauth2server:invenio_oauth2server/provider.py).
 */
export function createRenewal({ rows, pairs, store, tokens, log, refreshes }: Parts) {
  const running = new Map<string, Promise<LiveToken>>();
  /** Connections whose refresh waits for Zenodo now; all others that run wait for the database. */
  const asking = new Set<string>();

  const run = async (id: string, seen: number): Promise<LiveToken> => {
    const by = randomUUID();
    const until = performance.now() + PATIENCE;
    for (;;) {
      const row = await rows.read(id);
      if (row === null || !row.active) throw new Lapsed('ended');
      if (row.version > seen) return pairs.live(row);
      if (await rows.lease(id, seen, by, LEASE)) return refresh(row, by);
      if (performance.now() > until) {
        throw problem('zenodo_timeout', 'The connection to Zenodo is being renewed. Try again in a moment.');
      }
      await pause();
    }
  };

  /** Asks Zenodo, holding the lease and nothing else. */
  const refresh = async (row: ConnectionRow, by: string): Promise<LiveToken> => {
    let pair: TokenPair;
    try {
      asking.add(row.id);
      pair = await ask(row, by).finally(() => asking.delete(row.id));
      if (pair.zenodoUserId !== row.zenodoUserId) throw otherUser();
    } catch (error) {
      refreshes.inc({ outcome: error instanceof Lapsed ? error.reason : 'failed' });
      if (error instanceof Lapsed) return end(row, error);
      await rows.release(row.id, by);
      throw error instanceof TokenFailure ? error.problem : error;
    }
    refreshes.inc({ outcome: 'renewed' });
    const stored = await store.persist(row.id, row.version, pair);
    log.info({ audit: 'refreshed', connectionId: row.id, zenodoUserId: row.zenodoUserId });
    if (stored) return { accessToken: pair.accessToken, version: row.version + 1 };
    return store.settle(row.id, pair, 'theirs');
  };

  /** If an answer is lost, asking again tells whether the refresh token was used up by it. */
  const ask = async (row: ConnectionRow, by: string): Promise<TokenPair> => {
    const refreshToken = pairs.refreshToken(row);
    if (refreshToken === null) throw new Lapsed('refused');
    try {
      return await tokens.refresh(refreshToken);
    } catch (error) {
      if (!(error instanceof TokenFailure)) throw error;
      if (error.fate === 'refused') throw new Lapsed('refused');
      if (error.fate === 'kept' || !(await rows.lease(row.id, row.version, by, LEASE))) throw error;
    }
    return tokens.refresh(refreshToken).catch((error: unknown) => {
      throw error instanceof TokenFailure && error.fate === 'refused' ? new Lapsed('lost') : error;
    });
  };

  /**
   * A refusal is final only if nobody has brought a newer pair meanwhile. Whoever let his lease run out may be about to: it was
   * his database that was away, not he.
   */
  const end = async (row: ConnectionRow, lapsed: Lapsed): Promise<LiveToken> => {
    const until = performance.now() + (row.leased ? LATECOMER : 0);
    while (performance.now() < until && (await rows.read(row.id))?.version === row.version) await pause();
    if (await rows.giveUp(row.id, row.version)) {
      log.warn({ audit: 'lapsed', connectionId: row.id, reason: lapsed.reason }, lapsed.message);
      throw lapsed;
    }
    const newer = await rows.read(row.id);
    if (newer === null) throw lapsed;
    return pairs.live(newer);
  };

  return {
    /** A moment later; for whoever found the lease taken and will look at the row again. */
    pause,

    /** A token newer than version `seen`. Throws Lapsed if there can be none, or the Problem that Zenodo is. */
    renew(id: string, seen: number): Promise<LiveToken> {
      const current = running.get(id);
      if (current) return current.then((live) => (live.version > seen ? live : this.renew(id, seen)));
      const renewal = run(id, seen).finally(() => running.delete(id));
      running.set(id, renewal);
      return renewal;
    },

    /** The answer to a caller whose time is over before a renewal is; the renewal itself goes on. It names who is waited for. */
    late(id: string): Problem {
      if (asking.has(id))
        return problem(
          'zenodo_timeout',
          'The connection to Zenodo is still being renewed. Try again in a moment.',
        );
      return problem(
        'service_unavailable',
        'The renewed connection to Zenodo could not be kept yet. Try again in a moment.',
        { retry_after: 5 },
      );
    },

    /** Resolves once nothing is under way: a pair that Zenodo has given must still reach the database. */
    async idle(): Promise<void> {
      await Promise.allSettled(running.values());
    },
  };
}

function pause(): Promise<void> {
  return sleep(POLL + Math.random() * POLL, undefined, { ref: false });
}

function otherUser() {
  return problem(
    'zenodo_invalid_answer',
    'Zenodo answered with another user’s token. It was thrown away. Try again later.',
  );
}
