import { problem } from '../errors.js';
import type { ZenodoClient } from '../zenodo/client.js';
import type { TokenPair } from '../zenodo/tokens.js';
import type { ConnectionRows } from './connection-rows.js';
import { Lapsed } from './lapsed.js';
import type { Patiently } from './patience.js';
import type { LiveToken, TokenPairs } from './token-pairs.js';

/** How often a pair may be overtaken by another before we stop fighting. */
const MAX_ROUNDS = 5;

export type PairStore = ReturnType<typeof createPairStore>;

/** Makes new pairs durable. A pair is used only after that, because Zenodo has already killed the one before it. */
export function createPairStore(
  rows: ConnectionRows,
  pairs: TokenPairs,
  zenodo: ZenodoClient,
  patiently: Patiently,
) {
  const persist = (id: string, version: number, pair: TokenPair): Promise<boolean> => {
    const sealed = pairs.seal(id, pair);
    return patiently(() => rows.store(id, version, sealed));
  };

  return {
    /** Writes a pair over the version it was made from; false if another was written meanwhile. */
    persist,

    /**
     * Settles which of two pairs lives: Zenodo kills all but the one it issued last, and only asking it tells which that is.
     * Returns the live one, stored; ours if the row has none. `inDoubt` is kept if Zenodo cannot be asked.
     */
    async settle(id: string, pair: TokenPair, inDoubt: 'ours' | 'theirs'): Promise<LiveToken> {
      for (let round = 0; round < MAX_ROUNDS; round += 1) {
        const row = await patiently(() => rows.read(id));
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
