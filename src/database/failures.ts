import { type Problem, problem } from '../errors.js';

/** PostgreSQL's code for a server or session that takes no writes, such as a standby. */
const READ_ONLY = '25006';

/**
 * PostgreSQL's codes for a database that is down, overloaded, shutting down or silent, for a
 * failure of its machine, for a password or database that no longer exists, for a read-only server,
 * and for a session that it ended because this process stood still.
 */
const GONE = /^(08...|53...|57P0.|57014|25P03|55000|55P03|40001|40P01|58...|XX...|F0000|28...|3D000|25006)$/;

/**
 * PostgreSQL's codes for missing tables, columns and rights. Waiting does not help; the operator
 * must act.
 */
const LACKING = /^(42P01|42703|42501|3F000)$/;

/**
 * Prisma's and the driver's codes for an unreachable server, and for a pool without a free
 * connection.
 */
const UNREACHABLE =
  /^(P1000|P1001|P1002|P1003|P1008|P1010|P1017|P2024|P2028|P2034|P2037|ECONNREFUSED|ECONNRESET|ENOTFOUND|ETIMEDOUT)$/;

const MESSAGE =
  /Can't reach database server|Connection terminated|Server has closed the connection|timeout exceeded when trying to connect/;

/**
 * The driver's messages for a connection that broke or fell silent during a query. Prisma passes
 * them on.
 */
const BROKEN =
  /^(Connection terminated( unexpectedly| due to connection timeout)?|Query read timeout|timeout expired|timeout exceeded when trying to connect|Client has encountered a connection error and is not queryable)$/;

/** Whether a query failed because the database is down: the same call may soon succeed. */
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
 * Whether a query failed because a table, column or right of this release is missing. `/readyz`
 * reports the same.
 */
export function isDatabaseLacking(error: unknown): boolean {
  return (
    error instanceof Error && codesOf(error).some((code) => LACKING.test(code) || /^P202[12]$/.test(code))
  );
}

/** True if a query failed because another row has the value of which there may be one. */
export function isAlreadyThere(error: unknown): boolean {
  return error instanceof Error && codesOf(error).some((code) => code === 'P2002' || code === '23505');
}

function isOurs({ name }: Error): boolean {
  return name.startsWith('PrismaClient') || name === 'StatementError';
}

/** The codes that Prisma, the driver and PostgreSQL give a failure. */
function codesOf(error: Error): string[] {
  const { code, meta } = error as { code?: unknown; meta?: { driverAdapterError?: { cause?: unknown } } };
  const cause = (meta?.driverAdapterError?.cause ?? {}) as { originalCode?: unknown };
  // For a raw query the code is only in the message.
  const quoted = /Code: `(\w{5})`/.exec(error.message)?.[1];
  const own = isOurs(error) ? [code, quoted] : [];
  return [...own, cause.originalCode].filter((one) => typeof one === 'string');
}

/** The database did not respond in time. */
export class DatabaseSilent extends Error {
  constructor() {
    super('The database does not respond.');
  }
}

/** The database responds, but takes no writes. */
export class DatabaseReadOnly extends Error {
  constructor() {
    super('The database takes no changes.');
  }
}

/** Throws DatabaseReadOnly if the database responds but takes no writes. */
export async function requireWritable(
  query: (sql: string) => Promise<{ read_only: string }[]>,
): Promise<void> {
  const [found] = await query(`SELECT current_setting('transaction_read_only') AS read_only`);
  if (found?.read_only === 'on') throw new DatabaseReadOnly();
}

/** The problem while the database is down, silent or read-only. */
export function databaseAway(cause: unknown): Problem {
  const readOnly =
    cause instanceof DatabaseReadOnly || (cause instanceof Error && codesOf(cause).includes(READ_ONLY));
  const detail = `The database ${readOnly ? 'is read-only' : 'does not respond'}. Nothing is lost. Try again in a moment.`;
  return problem('service_unavailable', detail, { retry_after: 5 }, cause);
}

/** The problem while the database lacks something of this release. */
export function databaseLacking(cause: unknown): Problem {
  const detail =
    'The database is not that of this release. Try again later. The operator finds the reason in the log.';
  return problem('service_unavailable', detail, { retry_after: 60 }, cause);
}

/** The last line of Prisma's message. For a raw query, the reason that it quotes. */
export function reasonOf({ message }: Error): string {
  const last = message.trim().split('\n').at(-1) ?? '';
  return /^Raw query failed\. .*Message: `(.+)`$/.exec(last)?.[1] ?? last;
}

/**
 * PostgreSQL's codes for a character that its encoding lacks, in text and in JSON. In UTF-8 that is
 * only U+0000.
 */
const CODES = ['22021', '22P05'];

/**
 * Whether a query failed because a text contains U+0000, which PostgreSQL cannot store or compare.
 */
export function isUnstorableText(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return CODES.some((one) => code === one || error.message.includes(`Code: \`${one}\``));
}
