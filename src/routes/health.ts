import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { DatabaseReadOnly, DatabaseSilent, requireWritable } from '../database/failures.js';
import { type Migration, missingMigrations, readMigrations } from '../database/migrate.js';
import { problem } from '../errors.js';
import { withProblems } from '../schemas/problem.js';
import { type Checks, ChecksSchema } from '../schemas/readiness.js';
import { within } from '../time.js';

const RETRY_AFTER = 5;

/**
 * Liveness and readiness. Neither fails while Zenodo is down, because neither a restart nor another
 * replica would help.
 */
export const healthRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const migrations = await readMigrations();
  app.get(
    '/healthz',
    {
      schema: {
        operationId: 'isAlive',
        tags: ['Service'],
        summary: 'Check that the process is alive',
        description: 'Depends on nothing outside the process. Restart a process that does not respond.',
        security: [],
        response: { 200: Type.Object({ status: Type.String() }) },
      },
    },
    async () => ({ status: 'ok' }),
  );
  app.get(
    '/readyz',
    {
      schema: {
        operationId: 'isReady',
        tags: ['Service'],
        summary: 'Check that the service can accept requests',
        description:
          'Checks what this process depends on. A 503 has the same `checks`. It does not depend on Zenodo: while Zenodo is down, calls that need it return 502 or 504, and accepted uploads wait. Another replica would not help.',
        security: [],
        response: withProblems(
          { 200: Type.Object({ status: Type.String(), checks: ChecksSchema }) },
          'service_unavailable',
        ),
      },
    },
    async () => {
      const { checks, cause } = await look(app, migrations);
      const faults = FAULTS.filter(({ check, is }) => checks[check] === is);
      if (faults.length === 0) return { status: 'ok', checks };
      const detail = faults.map(({ sentence }) => sentence).join(' ');
      const members = { retry_after: RETRY_AFTER, checks };
      throw problem('service_unavailable', `${detail} Try again in a moment.`, members, cause);
    },
  );
};

/** Checks that make a process unfit for requests. */
const FAULTS: { check: keyof Checks; is: string; sentence: string }[] = [
  { check: 'database', is: 'unreachable', sentence: 'The database does not respond.' },
  { check: 'database', is: 'read_only', sentence: 'The database is read-only.' },
  {
    check: 'migrations',
    is: 'missing',
    sentence: 'The database lacks migrations or tables of this release, or rights to use them.',
  },
  { check: 'staging', is: 'not_writable', sentence: 'The staging folder cannot be written to.' },
  { check: 'uploads', is: 'draining', sentence: 'This process is shutting down.' },
];

async function look(
  { database, uploads, zenodo, timings }: FastifyInstance,
  migrations: Migration[],
): Promise<{ checks: Checks; cause: unknown }> {
  let cause: unknown;
  const query = <Row>(sql: string) => database.$queryRawUnsafe<Row[]>(sql);
  const readOnly = requireWritable(query).then(
    () => false,
    (error: unknown) => error instanceof DatabaseReadOnly,
  );
  const asked = Promise.all([missingMigrations(query, migrations), readOnly]);
  const [found, staging] = await Promise.all([
    within(timings.readiness, asked, () => new DatabaseSilent()).catch((error: unknown) => {
      cause = error;
      return null;
    }),
    within(timings.readiness, uploads.isStagingWell(), () => new Error('the volume does not respond')).then(
      (well) => (well ? 'ok' : 'full'),
      () => 'not_writable',
    ),
  ]);
  const [missing, isReadOnly] = found ?? [null, false];
  const known = missing?.length === 0 ? 'ok' : 'missing';
  const answers = isReadOnly ? 'read_only' : 'ok';
  const checks: Checks = {
    database: missing === null ? 'unreachable' : answers,
    migrations: missing === null ? 'unknown' : known,
    staging,
    zenodo: zenodo.isHoldingBack() ? 'holds_back' : 'ok',
    uploads: uploads.isDraining() ? 'draining' : 'ok',
  };
  return { checks, cause };
}
