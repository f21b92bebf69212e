import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import { problem } from '../errors.js';
import type { ZenodoClient } from '../zenodo/client.js';
import type { TokenPair } from '../zenodo/tokens.js';
import type { ConnectionRows } from './connection-rows.js';
import { Lapsed } from './lapsed.js';
import type { LiveToken, TokenPairs } from './token-pairs.js';

/** How long a new pair waits in memory for a database that is gone, in milliseconds. */
const PATIENCE = 300_000;

/** Longest pause between two attempts to write, in milliseconds. */
const MAX_PAUSE = 2000;

/** How often a pair may be overtaken by another before we stop fighting. */
const MAX_ROUNDS = 5;

export type PairStore = ReturnType<typeof createPairStore>;

/** Makes new pairs durable. A pair is used only after that, because Zenodo has already killed the one before it. */
export function createPairStore(
  rows: ConnectionRows,
  pairs: TokenPairs,
  zenodo: ZenodoClient,
  log: FastifyBaseLogger,
) {
  /** A rotated pair exists nowhere else: while the database is gone, memory is its only place. */
  const persist = async (id: string, version: number, pair: TokenPair): Promise<boolean> => {
    const sealed = pairs.seal(id, pair);
    const until = performance.now() + PATIENCE;
    for (let pause = 100; ; pause = Math.min(pause * 2, MAX_PAUSE)) {
      try {
        return await rows.store(id, version, sealed);
      } catch (err) {
        if (performance.now() > until) throw err;
        log.error({ err, connectionId: id }, 'a new token pair waits for the database');
        await sleep(pause, undefined, { ref: false });
      }
    }
  };

  return {
    persist,

    /**
     * Settles which of two pairs lives: Zenodo kills all but the one it issued last, and only asking it tells which that is.
     * Returns the live one, stored; ours if the row has none. `inDoubt` is kept if Zenodo cannot be asked.
     */
    async settle(id: string, pair: TokenPair, inDoubt: 'ours' | 'theirs'): Promise<LiveToken> {
      for (let round = 0; round < MAX_ROUNDS; round += 1) {
        const row = await rows.read(id);
        if (row === null) throw new Lapsed('ended');
        const alive = await zenodo.isAlive(pair.accessToken).catch(() => inDoubt === 'ours');
        if (row.active && !alive) return pairs.live(row);
        if (await persist(id, row.version, pair)) {
          return { accessToken: pair.accessToken, version: row.version + 1 };
        }
      }
      throw problem(
        'operation_in_progress',
        'This user is being authorized elsewhere. Try again in a moment.',
      );
    },
  };
}
