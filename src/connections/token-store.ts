import type { FastifyBaseLogger } from 'fastify';
import { isDatabaseUnavailable } from '../database/failures.js';
import { problem } from '../errors.js';
import { countdown, retry } from '../time.js';
import type { ZenodoClient } from '../zenodo/client.js';
import type { TokenSet } from '../zenodo/tokens.js';
import type { ConnectionRepository, LiveToken } from './connection-repository.js';
import { ReauthorizationRequired } from './reauthorization.js';

/** How long a new token set waits in memory for a database that is gone, in milliseconds. */
const LONGEST_WAIT = 300_000;

/** Pauses between two attempts, in milliseconds. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 2000;

/** How often a token set may be overtaken by another before we stop. */
const MAX_ROUNDS = 5;

export type TokenStore = ReturnType<typeof createTokenStore>;

/**
 * Makes new token sets durable. A set is used only after that, because Zenodo has already ended the
 * one before it.
 */
export function createTokenStore(
  connections: ConnectionRepository,
  zenodo: Pick<ZenodoClient, 'isAlive'>,
  log: FastifyBaseLogger,
) {
  /**
   * Repeats what must reach the database while that is away. A token set that Zenodo has just
   * issued exists nowhere else, and the one before it is dead: as long as this process lives, it
   * must not be dropped.
   */
  const retryWhileDatabaseDown = <T>(work: () => Promise<T>): Promise<T> => {
    const when = (err: unknown) => {
      if (!isDatabaseUnavailable(err)) return false;
      log.error({ err }, 'a new token set waits for the database');
      return true;
    };
    return retry(work, { when, first: FIRST_PAUSE, most: LONGEST_PAUSE, left: countdown(LONGEST_WAIT) });
  };

  const persist = (id: string, version: number, tokens: TokenSet): Promise<boolean> =>
    retryWhileDatabaseDown(() => connections.store(id, version, tokens));

  return {
    retryWhileDatabaseDown,

    /**
     * Writes a token set over the version it was made from; false if another was written meanwhile.
     */
    persist,

    /**
     * Decides which of two token sets lives: Zenodo ends all but the one it issued last, and only
     * asking it tells which that is. Returns the live one, stored; ours if there is none. `inDoubt`
     * is kept if Zenodo cannot be asked.
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
