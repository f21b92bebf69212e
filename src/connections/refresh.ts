import { randomUUID } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';
import { type Problem, problem } from '../errors.js';
import type { Metrics } from '../metrics.js';
import { countdown, poll } from '../time.js';
import { TokenFailure } from '../zenodo/token-failure.js';
import type { TokenSet, ZenodoTokens } from '../zenodo/tokens.js';
import type { Connection, ConnectionRepository, LiveToken } from './connection-repository.js';
import { ReauthorizationRequired } from './reauthorization.js';
import type { TokenStore } from './token-store.js';

/**
 * How long a refresh may take before another replica may try, in seconds; longer than the token
 * endpoint is waited for.
 */
const LOCK = 30;

/**
 * How long another replica's refresh is waited for, in milliseconds: its lock, and time for one of
 * our own.
 */
const TIMEOUT = 60_000;

/**
 * How long the holder of a lock that ran out may still bring its token set, in milliseconds: longer
 * than it pauses between attempts.
 */
const LATE_ANSWER = 5000;

/** How often the row is looked at meanwhile, in milliseconds. */
export const POLL = 150;

export type Refresh = ReturnType<typeof createRefresh>;

interface Parts {
  connections: ConnectionRepository;
  store: TokenStore;
  tokens: ZenodoTokens;
  log: FastifyBaseLogger;
  refreshes: Metrics['refreshes'];
}

/**
 * Refreshes token sets, once however many calls, processes or machines find the same one dead:
 * Zenodo ends the old set at once, so a second refresh would leave nothing that lives
 * (inveniosoftware/invenio-oauth2server:invenio_oauth2server/provider.py).
 */
export function createRefresh({ connections, store, tokens, log, refreshes }: Parts) {
  const running = new Map<string, Promise<LiveToken>>();
  /** Connections whose refresh waits for Zenodo now; all others that run wait for the database. */
  const asking = new Set<string>();

  const run = async (id: string, seen: number): Promise<LiveToken> => {
    const by = randomUUID();
    const look = async (): Promise<LiveToken | null> => {
      const row = await connections.read(id);
      if (row === null || !row.active) throw new ReauthorizationRequired('ended');
      if (row.version > seen) return connections.liveToken(row);
      const lock = await connections.lock(id, seen, by, LOCK);
      return lock === null ? null : refresh(row, by, lock.overdue);
    };
    const live = await poll(look, { interval: POLL, left: countdown(TIMEOUT) });
    if (live !== null) return live;
    throw problem('zenodo_timeout', 'The connection to Zenodo is being renewed. Try again in a moment.');
  };

  /** Asks Zenodo, holding the lock and nothing else. */
  const refresh = async (row: Connection, by: string, overdue: boolean): Promise<LiveToken> => {
    let set: TokenSet;
    try {
      asking.add(row.id);
      set = await ask(row, by).finally(() => asking.delete(row.id));
      if (set.zenodoUserId !== row.zenodoUserId) throw otherUser();
    } catch (error) {
      refreshes.inc({ outcome: error instanceof ReauthorizationRequired ? error.reason : 'failed' });
      if (error instanceof ReauthorizationRequired) return end(row, error, overdue);
      await connections.unlock(row.id, by);
      throw error instanceof TokenFailure ? error.problem : error;
    }
    refreshes.inc({ outcome: 'renewed' });
    const stored = await store.persist(row.id, row.version, set);
    log.info(
      { audit: 'refreshed', connection_id: row.id, zenodo_user_id: row.zenodoUserId },
      'a token pair was renewed',
    );
    if (stored) return { accessToken: set.accessToken, version: row.version + 1 };
    return store.decide(row.id, set, 'theirs');
  };

  /** If an answer is lost, asking again tells whether the refresh token was used up by it. */
  const ask = async (row: Connection, by: string): Promise<TokenSet> => {
    const refreshToken = connections.refreshToken(row);
    if (refreshToken === null) throw new ReauthorizationRequired('refused');
    try {
      return await tokens.refresh(refreshToken);
    } catch (error) {
      if (!(error instanceof TokenFailure)) throw error;
      if (error.grant === 'rejected') throw new ReauthorizationRequired('refused');
      if (error.grant === 'unused') throw error;
      if ((await connections.lock(row.id, row.version, by, LOCK)) === null) throw error;
    }
    return tokens.refresh(refreshToken).catch((error: unknown) => {
      throw error instanceof TokenFailure && error.grant === 'rejected'
        ? new ReauthorizationRequired('lost')
        : error;
    });
  };

  /**
   * A refusal is final only if no newer token set was stored meanwhile. A process whose lock ran
   * out (`overdue`) may be about to: its database was away, and the process was not.
   */
  const end = async (
    row: Connection,
    required: ReauthorizationRequired,
    overdue: boolean,
  ): Promise<LiveToken> => {
    const look = async () => ((await connections.read(row.id))?.version === row.version ? null : true);
    if (overdue) await poll(look, { interval: POLL, left: countdown(LATE_ANSWER) });
    if (await connections.end(row.id, row.version, 'lapsed')) {
      log.warn({ audit: 'lapsed', connection_id: row.id, reason: required.reason }, required.message);
      throw required;
    }
    const newer = await connections.read(row.id);
    if (newer === null) throw required;
    return connections.liveToken(newer);
  };

  return {
    /** Whether this process renews the token set of a connection now. */
    isRunning: (id: string) => running.has(id),

    /**
     * A token newer than version `seen`. Throws ReauthorizationRequired if there can be none, or
     * the Problem that Zenodo is.
     */
    run(id: string, seen: number): Promise<LiveToken> {
      const current = running.get(id);
      if (current) return current.then((live) => (live.version > seen ? live : this.run(id, seen)));
      const refreshing = run(id, seen).finally(() => running.delete(id));
      running.set(id, refreshing);
      return refreshing;
    },

    /**
     * The answer to a caller whose time is over before a refresh is; the refresh itself goes on. It
     * names who is waited for.
     */
    late(id: string): Problem {
      if (asking.has(id))
        return problem(
          'zenodo_timeout',
          'The connection to Zenodo is still being renewed. Try again in a moment.',
        );
      return problem(
        'service_unavailable',
        'The renewed connection to Zenodo could not be saved yet. Try again in a moment.',
        { retry_after: 5 },
      );
    },

    /**
     * Resolves once nothing is under way: a token set that Zenodo has given must still reach the
     * database.
     */
    async idle(): Promise<void> {
      await Promise.allSettled(running.values());
    },
  };
}

function otherUser() {
  return problem(
    'zenodo_invalid_answer',
    'Zenodo returned the token of another user. It was discarded. Try again later.',
  );
}
