import { type Problem, problem } from '../errors.js';

/** PostgreSQL's own code for a server, or a session, that takes no changes: a standby, for one. */
const READ_ONLY = '25006';

/**
 * PostgreSQL's own codes for: no connection, no resources, going down, taking no connections, a
 * statement that took too long, another in its way; a failure of its machine or its own; a password
 * or database that it does not know any more; a server that takes no changes.
 */
const GONE = /^(08...|53...|57P0.|57014|55000|55P03|40001|40P01|58...|XX...|F0000|28...|3D000|25006)$/;

/** The same for tables, columns and rights that are missing: no wait helps, the operator does. */
const LACKING = /^(42P01|42703|42501|3F000)$/;

/**
 * Prisma's, and the driver's, for a server that cannot be reached, or a pool that gave none of its
 * connections in time.
 */
const UNREACHABLE =
  /^(P1000|P1001|P1002|P1003|P1008|P1010|P1017|P2024|P2028|P2034|P2037|ECONNREFUSED|ECONNRESET|ENOTFOUND|ETIMEDOUT)$/;

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
  if (error instanceof DatabaseSilent || error instanceof DatabaseReadOnly) return true;
  return (
    codesOf(error).some((code) => UNREACHABLE.test(code) || GONE.test(code)) ||
    BROKEN.test(error.message) ||
    (isOurs(error) && MESSAGE.test(error.message))
  );
}

/**
 * True if a query failed because a table, a column or a right of this release is missing, as
 * `/readyz` says too.
 */
export function isDatabaseLacking(error: unknown): boolean {
  return (
    error instanceof Error && codesOf(error).some((code) => LACKING.test(code) || /^P202[12]$/.test(code))
  );
}

function isOurs({ name }: Error): boolean {
  return name.startsWith('PrismaClient') || name === 'StatementError';
}

/** The codes that Prisma, the driver and PostgreSQL give a failure. */
function codesOf(error: Error): string[] {
  const { code, meta } = error as { code?: unknown; meta?: { driverAdapterError?: { cause?: unknown } } };
  const cause = (meta?.driverAdapterError?.cause ?? {}) as { originalCode?: unknown };
  // Of a raw query the reason is only quoted.
  const quoted = /Code: `(\w{5})`/.exec(error.message)?.[1];
  const own = isOurs(error) ? [code, quoted] : [];
  return [...own, cause.originalCode].filter((one) => typeof one === 'string');
}

/** It has not answered for as long as somebody may wait. */
export class DatabaseSilent extends Error {
  constructor() {
    super('The database does not respond.');
  }
}

/** It answers, and takes no changes. */
export class DatabaseReadOnly extends Error {
  constructor() {
    super('The database takes no changes.');
  }
}

/** Throws DatabaseReadOnly if a database answers and takes no changes, as a standby does. */
export async function requireWritable(
  query: (sql: string) => Promise<{ read_only: string }[]>,
): Promise<void> {
  const [found] = await query(`SELECT current_setting('transaction_read_only') AS read_only`);
  if (found?.read_only === 'on') throw new DatabaseReadOnly();
}

/** What a caller is told while the database is away, silent, or takes no changes. */
export function databaseAway(cause: unknown): Problem {
  const readOnly =
    cause instanceof DatabaseReadOnly || (cause instanceof Error && codesOf(cause).includes(READ_ONLY));
  const detail = `The database ${readOnly ? 'is read-only' : 'does not respond'}. Nothing is lost. Try again in a moment.`;
  return problem('service_unavailable', detail, { retry_after: 5 }, cause);
}

/** What a caller is told while the database lacks something of this release. */
export function databaseLacking(cause: unknown): Problem {
  const detail =
    'The database is not that of this release. Try again later. The operator finds the reason in the log.';
  return problem('service_unavailable', detail, { retry_after: 60 }, cause);
}

/** The last line of what Prisma says; of a raw query it quotes the reason. */
export function reasonOf({ message }: Error): string {
  const last = message.trim().split('\n').at(-1) ?? '';
  return /^Raw query failed\. .*Message: `(.+)`$/.exec(last)?.[1] ?? last;
}

/**
 * PostgreSQL's codes for a character that its encoding does not have, as a text and within JSON; in
 * UTF-8 that is U+0000 alone.
 */
const CODES = ['22021', '22P05'];

/**
 * True if a query failed because a text in it holds U+0000, which PostgreSQL cannot store or
 * compare.
 */
export function isUnstorableText(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return CODES.some((one) => code === one || error.message.includes(`Code: \`${one}\``));
}
