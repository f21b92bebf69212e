// Raw SQL: statements that are prepared once per connection (docs/adr/0010-prepared-statements.md).
import type pg from 'pg';

/** A failed statement. `code` is PostgreSQL's or the system's. Its values are not included. */
class StatementError extends Error {
  override readonly name = 'StatementError';

  constructor(
    readonly code: string | undefined,
    message: string,
  ) {
    super(message);
  }
}

export type Statements = ReturnType<typeof createStatements>;

/**
 * Prepared statements for the reads of every call. Directly through the driver they cost a third of
 * Prisma's time.
 */
export function createStatements(pool: pg.Pool) {
  return {
    /** How many connections of the pool are used, and how many queries wait. */
    load: () => ({
      busy: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
    }),

    /**
     * Runs a statement. The server parses it once per connection and `name`. Throws StatementError.
     */
    async rows<Row extends object>(name: string, text: string, values: unknown[]): Promise<Row[]> {
      try {
        return (await pool.query<Row>({ name, text, values })).rows;
      } catch (error) {
        const { code, message } = error as { code?: string; message?: string };
        throw new StatementError(code, message || 'the database does not respond');
      }
    },
  };
}
