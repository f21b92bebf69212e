import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from './generated/client.js';

export type Database = PrismaClient;

/** Connections a process may hold; nothing keeps one across a call to Zenodo, so a few serve many callers. */
const POOL_SIZE = 10;

/** Opens the pool lazily: the first query connects. A query that gets no connection within 5 s fails. */
export function createDatabase(databaseUrl: string): Database {
  const adapter = new PrismaPg({
    connectionString: databaseUrl,
    max: POOL_SIZE,
    connectionTimeoutMillis: 5000,
    idleTimeoutMillis: 30_000,
  });
  return new PrismaClient({ adapter, errorFormat: 'minimal' });
}
