import type { FastifyBaseLogger } from 'fastify';
import { isDatabaseUnavailable } from '../database/failures.js';
import { problem } from '../errors.js';
import { countdown, retry } from '../time.js';
import type { ZenodoClient } from '../zenodo/client.js';
import type { TokenSet } from '../zenodo/tokens.js';
import type { ConnectionRepository, LiveToken } from './connection-repository.js';
import { ReauthorizationRequired } from './reauthorization.js';

/** How long a new token set stays in memory while the database is down, in milliseconds. */
const LONGEST_WAIT = 300_000;

/** Pauses between two attempts, in milliseconds. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 2000;

/** How often another token set may win before this gives up. */
const MAX_ROUNDS = 5;

export type TokenStore = ReturnType<typeof createTokenStore>;

/**
 * Stores new token sets. A set is used only when it is stored, because Zenodo has already
 * invalidated the previous one.
 */
export function createTokenStore(
  connections: ConnectionRepository,
  zenodo: Pick<ZenodoClient, 'isAlive'>,
  log: FastifyBaseLogger,
) {
  /** How many token sets wait for the database. */
  let waiting = 0;

  /**
   * Repeats `work` while the database is down. A token set that Zenodo has just issued exists
   * nowhere else, and the previous one is dead, so it must not be lost.
   */
  const retryWhileDatabaseDown = async <T>(work: () => Promise<T>): Promise<T> => {
    let isWaiting = false;
    const when = (err: unknown) => {
      if (!isDatabaseUnavailable(err)) return false;
      if (!isWaiting) waiting += 1;
      isWaiting = true;
      log.error({ err }, 'a new token set waits for the database');
      return true;
    };
    const left = countdown(LONGEST_WAIT);
    try {
      return await retry(work, { when, first: FIRST_PAUSE, most: LONGEST_PAUSE, left });
    } finally {
      if (isWaiting) waiting -= 1;
    }
  };

  const persist = (id: string, version: number, tokens: TokenSet): Promise<boolean> =>
    retryWhileDatabaseDown(() => connections.store(id, version, tokens));

  return {
    retryWhileDatabaseDown,
    isDatabaseDown: () => waiting > 0,

    /** Replaces the token set of `version`. False if another set was written meanwhile. */
    persist,

    /**
     * Decides which of two token sets is alive: Zenodo invalidates all but the last one it issued,
     * and only Zenodo knows which that is. Returns the live one, or ours if there is none, and
     * stores it. `inDoubt` is kept if Zenodo cannot be asked.
     */
    async decide(id: string, tokens: TokenSet, inDoubt: 'ours' | 'theirs'): Promise<LiveToken> {
      for (let round = 0; round < MAX_ROUNDS; round += 1) {
        const connection = await retryWhileDatabaseDown(() => connections.read(id));
        if (connection === null) throw new ReauthorizationRequired('ended');
        const alive = await zenodo.isAlive(tokens.accessToken).catch(() => inDoubt === 'ours');
        if (connection.active && !alive) return connections.liveToken(connection);
        if (await persist(id, connection.version, tokens)) {
          return { accessToken: tokens.accessToken, version: connection.version + 1 };
        }
      }
      throw problem(
        'operation_in_progress',
        'This user is being authorized elsewhere. Try again in a moment.',
      );
    },
  };
}
