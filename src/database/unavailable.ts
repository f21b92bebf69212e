import { type Problem, problem } from '../errors.js';

/**
 * PostgreSQL's own codes for: no connection, no resources, going down, taking no connections, a
 * statement that took too long.
 */
const GONE = /^(08...|53...|57P0.|57014|55000)$/;

/**
 * Prisma's, and the driver's, for a server that cannot be reached, or a pool that gave none of its
 * connections in time.
 */
const UNREACHABLE =
  /^(P1001|P1002|P1008|P1017|P2024|P2028|P2037|ECONNREFUSED|ECONNRESET|ENOTFOUND|ETIMEDOUT)$/;

const MESSAGE =
  /Can't reach database server|Connection terminated|Server has closed the connection|timeout exceeded when trying to connect/;

/**
 * What the driver says itself of a connection that broke, or fell silent, under a query; Prisma
 * passes it on as it is.
 */
const BROKEN =
  /^(Connection terminated( unexpectedly| due to connection timeout)?|Query read timeout|timeout expired|timeout exceeded when trying to connect|Client has encountered a connection error and is not queryable)$/;

/**
 * True if a query failed because the database is away, not because of the query: the same call may
 * succeed in a moment.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof DatabaseSilent) return true;
  const { code, meta } = error as { code?: unknown; meta?: { driverAdapterError?: { cause?: unknown } } };
  const cause = (meta?.driverAdapterError?.cause ?? {}) as { originalCode?: unknown; kind?: unknown };
  const isOurs = error.name.startsWith('PrismaClient') || error.name === 'StatementError';
  return (
    (isOurs && typeof code === 'string' && (UNREACHABLE.test(code) || GONE.test(code))) ||
    (typeof cause.originalCode === 'string' && GONE.test(cause.originalCode)) ||
    BROKEN.test(error.message) ||
    (isOurs && (MESSAGE.test(error.message) || /Code: `(08...|53...|57P0.|57014|55000)`/.test(error.message)))
  );
}

/** It has not answered for as long as somebody may wait. */
export class DatabaseSilent extends Error {
  constructor() {
    super('The database does not respond.');
  }
}

/** What a caller is told while the database is away, or silent. */
export function databaseAway(cause: unknown): Problem {
  const detail = 'The database does not respond. Nothing is lost. Try again in a moment.';
  return problem('service_unavailable', detail, { retry_after: 5 }, cause);
}

/** The last line of what Prisma says; of a raw query it quotes the reason. */
export function reasonOf({ message }: Error): string {
  const last = message.trim().split('\n').at(-1) ?? '';
  return /^Raw query failed\. .*Message: `(.+)`$/.exec(last)?.[1] ?? last;
}
