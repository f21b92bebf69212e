import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { type Prisma, PrismaClient } from './generated/client.js';
import { createPool } from './postgres-pool.js';

export type Database = PrismaClient;

/** Prisma inside one transaction. */
export type Transaction = Prisma.TransactionClient;

/** Prisma on a pool: the given one, or its own. Disconnecting ends the pool. */
export function createDatabase(databaseUrl: string, pool: pg.Pool = createPool(databaseUrl)): Database {
  const adapter = new PrismaPg(pool, { disposeExternalPool: true });
  return new PrismaClient({ adapter, errorFormat: 'minimal' });
}
