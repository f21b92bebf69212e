import type { FastifyBaseLogger } from 'fastify';
import type { PinoLoggerOptions } from 'fastify/types/logger.js';
import { currentSubject, underSubject } from '../log-subject.js';
import { every } from '../periodic.js';
import { isDatabaseUnavailable, reasonOf } from './failures.js';

/**
 * How often a persisting failure is logged again, and how often the database is asked.
 * Milliseconds.
 */
const SAY = 60_000;
const POLL = 2000;

/** Causes that are logged separately. All further ones are added to the last. */
const MAX_CAUSES = 10;

/** Failures with one cause: since the last line about it, and in all. */
interface Cause {
  saidAt: number;
  failed: number;
}

/** pino's hook for each line. */
export type LogMethod = NonNullable<NonNullable<PinoLoggerOptions['hooks']>['logMethod']>;

/** Where outages are logged. `ask` fails during one. */
interface WatchedDatabase {
  log: Pick<FastifyBaseLogger, 'error' | 'info'>;
  ask(): Promise<unknown>;
}

/**
 * Logs an outage of the database once instead of once per failure: one line per cause and minute
 * with a count, and one line when it is over. Lines about a call or an upload stay, without the
 * error and at level info.
 */
export function createOutageLog() {
  const causes = new Map<string, Cause>();
  let began = 0;
  let failed = 0;
  let watched: WatchedDatabase | null = null;

  const seconds = () => Math.round((performance.now() - began) / 1000);

  const note = (how: WatchedDatabase, error: Error, what: string): void => {
    const isFirst = causes.size === 0;
    if (isFirst) [began, failed] = [performance.now(), 0];
    failed += 1;
    const cause = reasonOf(error);
    const known = causes.get(causes.size < MAX_CAUSES ? cause : ([...causes.keys()].at(-1) ?? cause));
    const told = known ?? { saidAt: Number.NEGATIVE_INFINITY, failed: 0 };
    if (known === undefined) causes.set(cause, told);
    told.failed += 1;
    if (performance.now() - told.saidAt < SAY) return;
    told.saidAt = performance.now();
    // Not about the call or upload that found out.
    underSubject({}, () => {
      how.log.error({ code: 'database_away', cause, what, failed: told.failed, seconds: seconds() }, AWAY);
      if (isFirst) lookForIt(how);
    });
  };

  const lookForIt = ({ log, ask }: WatchedDatabase): void => {
    const looks = every(log, POLL, 'checking the database', async () => {
      const isAway = await ask().then(() => false, isDatabaseUnavailable);
      if (isAway && watched !== null) return;
      void looks.stop();
      if (watched === null) return;
      log.info({ failed, seconds: seconds() }, 'the database responds again');
      causes.clear();
    });
  };

  return {
    watch(how: WatchedDatabase): void {
      watched = how;
    },

    /** From now on failures are logged as they are. */
    stop(): void {
      watched = null;
    },

    /** pino's hook `logMethod`. */
    logMethod(this: ThisParameterType<LogMethod>, ...[args, method]: Parameters<LogMethod>): void {
      const [line, message]: unknown[] = args;
      const { err, ...rest } = (typeof line === 'object' ? line : {}) as { err?: unknown };
      const error = causeOf(err);
      if (watched === null || error === null) {
        method.apply(this, args);
        return;
      }
      const what = typeof message === 'string' ? message : error.message;
      note(watched, error, what);
      const about = { ...rest, ...currentSubject(), ...this.bindings() };
      if (Object.keys(about).some((name) => name.endsWith('_id')))
        this.info({ code: 'database_away', ...rest }, what);
    },
  };
}

const AWAY = 'the database does not respond';

/** The database failure that an error is, or was caused by. */
function causeOf(error: unknown): Error | null {
  if (!(error instanceof Error)) return null;
  return isDatabaseUnavailable(error) ? error : causeOf(error.cause);
}
