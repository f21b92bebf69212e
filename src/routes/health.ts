import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { type Migration, missingMigrations, readMigrations } from '../database/migrate.js';
import { DatabaseSilent } from '../database/unavailable.js';
import { problem } from '../errors.js';
import { withProblems } from '../schemas/problem.js';
import { type Checks, ChecksSchema } from '../schemas/readiness.js';
import { within } from '../time.js';

const RETRY_AFTER = 5;

/**
 * Liveness and readiness. Zenodo being down makes neither fail: there is nothing a restart, or
 * another replica, would help.
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
        description: 'Asks nothing of anybody else. A process that does not answer this should be restarted.',
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
        summary: 'Check that the service can take requests',
        description:
          'Looks at what this process stands on; the 503 has the same `checks`. Zenodo is not among them: while it is down, calls that need it answer 502 or 504, uploads that were accepted wait for it, and nothing is won by sending callers elsewhere.',
        security: [],
        response: withProblems(
          { 200: Type.Object({ status: Type.String(), checks: ChecksSchema }) },
          'service_unavailable',
        ),
      },
    },
    async () => {
      const { checks, cause } = await look(app, migrations);
      const faults = Object.entries(FAULTS).filter(([name, { is }]) => checks[name as keyof Checks] === is);
      if (faults.length === 0) return { status: 'ok', checks };
      const detail = faults.map(([, { sentence }]) => sentence).join(' ');
      const members = { retry_after: RETRY_AFTER, checks };
      throw problem('service_unavailable', `${detail} Try again in a moment.`, members, cause);
    },
  );
};

/** What makes a process one to send no caller to. */
const FAULTS = {
  database: { is: 'unreachable', sentence: 'The database does not answer.' },
  migrations: { is: 'missing', sentence: 'The database lacks migrations or tables of this release.' },
  staging: { is: 'not_writable', sentence: 'The staging folder cannot be written to.' },
  uploads: { is: 'draining', sentence: 'This process is about to end.' },
};

async function look(
  { database, uploads, zenodo, timings }: FastifyInstance,
  migrations: Migration[],
): Promise<{ checks: Checks; cause: unknown }> {
  let cause: unknown;
  const asked = missingMigrations((sql) => database.$queryRawUnsafe(sql), migrations);
  const [missing, staging] = await Promise.all([
    within(timings.readiness, asked, () => new DatabaseSilent()).catch((error: unknown) => {
      cause = error;
      return null;
    }),
    uploads.isStagingWell().then(
      (well) => (well ? 'ok' : 'full'),
      () => 'not_writable',
    ),
  ]);
  const known = missing?.length === 0 ? 'ok' : 'missing';
  const checks: Checks = {
    database: missing === null ? 'unreachable' : 'ok',
    migrations: missing === null ? 'unknown' : known,
    staging,
    zenodo: zenodo.isHoldingBack() ? 'holds_back' : 'ok',
    uploads: uploads.isDraining() ? 'draining' : 'ok',
  };
  return { checks, cause };
}
