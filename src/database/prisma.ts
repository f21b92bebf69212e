import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { PrismaClient } from './generated/client.js';
import { createPool } from './pool.js';

export type Database = PrismaClient;

/**
 * Prisma over a pool, its own unless one is given; disconnecting ends the pool. A query that gets
 * no connection within 5 s fails.
 */
export function createDatabase(databaseUrl: string, pool: pg.Pool = createPool(databaseUrl)): Database {
  const adapter = new PrismaPg(pool, { disposeExternalPool: true });
  return new PrismaClient({ adapter, errorFormat: 'minimal' });
}
