// Raw SQL: statements that are prepared once per connection (docs/adr/0010-prepared-statements.md).
import type pg from 'pg';

/** A statement that failed; `code` is PostgreSQL's or the system's. Its values are not in it. */
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
 * Prepared statements for what happens at every call: straight through the driver they cost a third
 * of what they cost through Prisma. Everything else is Prisma's.
 */
export function createStatements(pool: pg.Pool) {
  return {
    /** How the pool's connections are used. */
    load: () => ({
      busy: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
    }),

    /**
     * Runs the statement; `name` stands for its text at the server, so that it is parsed once a
     * connection. Throws StatementError.
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
