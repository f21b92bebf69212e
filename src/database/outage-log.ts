import type { FastifyBaseLogger } from 'fastify';
import type { PinoLoggerOptions } from 'fastify/types/logger.js';
import { currentSubject, underSubject } from '../log-subject.js';
import { every } from '../time.js';
import { isDatabaseUnavailable, reasonOf } from './failures.js';

/**
 * How often what still fails is said again, and how often it is looked whether the database is
 * back. Milliseconds.
 */
const SAY = 60_000;
const LOOK = 2000;

/** Causes that are told apart; all further ones count as the last of these. */
const MOST_CAUSES = 10;

/** What failed for one cause since the last line about it, and in all. */
interface Cause {
  saidAt: number;
  failed: number;
}

/** What pino calls with each line that is to be written. */
export type LogMethod = NonNullable<NonNullable<PinoLoggerOptions['hooks']>['logMethod']>;

/** How outages are told, and what tells that one is over: `ask` fails while there is one. */
interface Watched {
  log: Pick<FastifyBaseLogger, 'error' | 'info'>;
  ask(): Promise<unknown>;
}

/**
 * Says once that the database does not respond, instead of once for each thing that fails
 * meanwhile: a line for each cause and minute, with a count, and one when it answers again. A line
 * that is about something (a call, an upload) stays, as information and without the error.
 */
export function createOutageLog({ say = SAY, look = LOOK } = {}) {
  const causes = new Map<string, Cause>();
  let began = 0;
  let failed = 0;
  let watched: Watched | null = null;

  const seconds = () => Math.round((performance.now() - began) / 1000);

  const note = (how: Watched, error: Error, what: string): void => {
    const isFirst = causes.size === 0;
    if (isFirst) [began, failed] = [performance.now(), 0];
    failed += 1;
    const cause = reasonOf(error);
    const known = causes.get(causes.size < MOST_CAUSES ? cause : ([...causes.keys()].at(-1) ?? cause));
    const told = known ?? { saidAt: Number.NEGATIVE_INFINITY, failed: 0 };
    if (known === undefined) causes.set(cause, told);
    told.failed += 1;
    if (performance.now() - told.saidAt < say) return;
    told.saidAt = performance.now();
    // About none of the calls and uploads that happened to find out.
    underSubject({}, () => {
      how.log.error({ code: 'database_away', cause, what, failed: told.failed, seconds: seconds() }, AWAY);
      if (isFirst) lookForIt(how);
    });
  };

  const lookForIt = ({ log, ask }: Watched): void => {
    const looks = every(log, look, 'checking the database', async () => {
      const isAway = await ask().then(() => false, isDatabaseUnavailable);
      if (isAway && watched !== null) return;
      void looks.stop();
      if (watched === null) return;
      log.info({ failed, seconds: seconds() }, 'the database responds again');
      causes.clear();
    });
  };

  return {
    watch(how: Watched): void {
      watched = how;
    },

    /** What fails from now on is logged as it is. */
    stop(): void {
      watched = null;
    },

    /** For `hooks` of pino: what becomes of a line. */
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

/** The failure of the database that an error is, or follows from. */
function causeOf(error: unknown): Error | null {
  if (!(error instanceof Error)) return null;
  return isDatabaseUnavailable(error) ? error : causeOf(error.cause);
}
