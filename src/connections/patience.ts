import type { FastifyBaseLogger } from 'fastify';
import { isDatabaseUnavailable } from '../database/unavailable.js';
import { retry } from '../time.js';

/** How long a new pair waits in memory for a database that is gone, in milliseconds. */
const PATIENCE = 300_000;

/** Pauses between two attempts, in milliseconds. */
const FIRST_PAUSE = 100;
const MAX_PAUSE = 2000;

export type Patiently = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Repeats what must reach the database while that is away. A pair that Zenodo has just issued exists nowhere else, and the one before
 * it is dead: as long as this process lives, it must not be dropped.
 */
export function createPatience(log: FastifyBaseLogger): Patiently {
  const when = (err: unknown) => {
    if (!isDatabaseUnavailable(err)) return false;
    log.error({ err }, 'a new token pair waits for the database');
    return true;
  };
  return (work) =>
    retry(work, { when, first: FIRST_PAUSE, most: MAX_PAUSE, until: performance.now() + PATIENCE });
}
