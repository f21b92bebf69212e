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
 * How long to wait for other calls that refresh or end the connection, in milliseconds: two locks.
 */
const TIMEOUT = 60_000;

/**
 * How long the holder of an expired lock may still store its token set, in milliseconds. Longer
 * than its pauses between attempts.
 */
const LATE_ANSWER = 5000;

/** Milliseconds between two reads of the row while waiting. */
const POLL = 150;

export type Refresh = ReturnType<typeof createRefresh>;

interface Parts {
  connections: ConnectionRepository;
  store: TokenStore;
  tokens: ZenodoTokens;
  log: FastifyBaseLogger;
  refreshes: Metrics['refreshes'];
}

/**
 * Refreshes each token set once, however many calls, processes or machines need it. Zenodo
 * invalidates the old set at once, so a second refresh would leave no live token
 * (inveniosoftware/invenio-oauth2server:invenio_oauth2server/provider.py).
 */
export function createRefresh({ connections, store, tokens, log, refreshes }: Parts) {
  const running = new Map<string, Promise<LiveToken>>();
  /** Connections whose refresh waits for Zenodo. The other running ones wait for the database. */
  const asking = new Set<string>();

  const run = async (id: string, seen: number): Promise<LiveToken> => {
    const by = randomUUID();
    const look = async (): Promise<LiveToken | null> => {
      const row = await connections.read(id);
      if (row === null || !row.active) throw new ReauthorizationRequired('ended');
      if (row.version > seen) return connections.liveToken(row);
      const lock = await connections.lock(id, seen, by);
      return lock === null ? null : refresh(row, by, lock.overdue);
    };
    return whenUnlocked(look);
  };

  /** Asks Zenodo. Holds the lock, but no transaction. */
  const refresh = async (row: Connection, by: string, overdue: boolean): Promise<LiveToken> => {
    let set: TokenSet;
    try {
      asking.add(row.id);
      set = await ask(row, by).finally(() => asking.delete(row.id));
      if (set.zenodoUserId !== row.zenodoUserId) throw otherUser();
    } catch (error) {
      refreshes.inc({ outcome: error instanceof ReauthorizationRequired ? error.reason : 'failed' });
      if (error instanceof ReauthorizationRequired) return end(row, error, overdue);
      // It ends by itself: the database must not hide what Zenodo said.
      await connections
        .unlock(row.id, by)
        .catch((err: unknown) => log.warn({ err, connection_id: row.id }, 'the lock on a refresh expires'));
      throw error instanceof TokenFailure ? error.problem : error;
    }
    refreshes.inc({ outcome: 'renewed' });
    const stored = await store.persist(row.id, row.version, set);
    log.info(
      { audit: 'refreshed', connection_id: row.id, zenodo_user_id: row.zenodoUserId },
      'a token set was refreshed',
    );
    if (stored) return { accessToken: set.accessToken, version: row.version + 1 };
    return store.decide(row.id, set, 'theirs');
  };

  /**
   * If an answer is lost, a second request tells whether the first one used up the refresh token.
   */
  const ask = async (row: Connection, by: string): Promise<TokenSet> => {
    const refreshToken = connections.refreshToken(row);
    if (refreshToken === null) throw new ReauthorizationRequired('refused');
    try {
      return await tokens.refresh(refreshToken);
    } catch (error) {
      if (!(error instanceof TokenFailure)) throw error;
      if (error.grant === 'rejected') throw new ReauthorizationRequired('refused');
      if (error.grant === 'unused') throw error;
      if ((await connections.lock(row.id, row.version, by)) === null) throw error;
    }
    return tokens.refresh(refreshToken).catch((error: unknown) => {
      throw error instanceof TokenFailure && error.grant === 'rejected'
        ? new ReauthorizationRequired('lost')
        : error;
    });
  };

  /**
   * A refusal is final only if no newer token set has been stored. The previous holder of an
   * expired lock (`overdue`) may be about to store one: it may only have lost the database.
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
    /** Whether this process is refreshing a connection. */
    isRunning: (id: string) => running.has(id),

    /**
     * A token newer than version `seen`. Throws ReauthorizationRequired if there can be none, or
     * the Problem that Zenodo's answer means.
     */
    run(id: string, seen: number): Promise<LiveToken> {
      const current = running.get(id);
      if (current) return current.then((live) => (live.version > seen ? live : this.run(id, seen)));
      const refreshing = run(id, seen).finally(() => running.delete(id));
      running.set(id, refreshing);
      return refreshing;
    },

    /**
     * The problem for a caller whose deadline passes before the refresh ends. The refresh
     * continues. It says whether Zenodo or the database is slow.
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
     * Resolves when no refresh is running: a token set that Zenodo has issued must still reach the
     * database.
     */
    async idle(): Promise<void> {
      await Promise.allSettled(running.values());
    },
  };
}

/**
 * Calls `look` until it returns something: null while another call has the lock on the connection.
 * Throws zenodo_timeout if that takes too long.
 */
export async function whenUnlocked<T>(look: () => Promise<T | null>): Promise<T> {
  const found = await poll(look, { interval: POLL, left: countdown(TIMEOUT) });
  if (found !== null) return found;
  throw problem('zenodo_timeout', 'The connection to Zenodo is being renewed. Try again in a moment.');
}

function otherUser() {
  return problem(
    'zenodo_invalid_answer',
    'Zenodo returned the token of another user. It was discarded. Try again later.',
  );
}
