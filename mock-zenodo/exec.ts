import { constants } from 'node:os';
import { foregroundChild } from 'foreground-child';
import { startMockZenodo } from './index.js';
import type { JournalEntry } from './journal.js';
import type { Options } from './options.js';
import { pathOf } from './path-pattern.js';

/** Exit codes of shells for a command that does not exist, and for one that cannot be executed. */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;
/** Exit code with `--strict` for a command that succeeded but made calls without a route. */
const WITHOUT_ROUTE = 1;
/** Signals that end a program from outside. */
const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** How many calls without a route are listed at most. */
const REPORTED = 20;

/**
 * Starts a mock in Zenodo's place, runs a command that finds it there, and ends with the command:
 * with its exit code, or by the signal that ended it. Signals to this process go to the command.
 * With `strict`, calls for which Zenodo has no route make a command that succeeded exit with 1.
 * Resolves once the command runs.
 */
export async function execute(
  [program = '', ...args]: string[],
  options: Options,
  strict = false,
): Promise<void> {
  const mock = await startMockZenodo({ ...options, impersonate: true });
  // Noted as they come, because the command may reset the mock and so clear the journal.
  const unmatched = new Set<string>();
  const notImitated = new Set<string>();
  mock.requests.watch((entry) => {
    if (entry?.unmatched && unmatched.size < REPORTED) unmatched.add(lineOf(entry));
    if (entry?.notImitated && notImitated.size < REPORTED) notImitated.add(lineOf(entry));
  });
  try {
    const variables = await mock.environment();
    const own = {
      MOCK_ZENODO_URL: options.publicUrl ?? new URL(mock.url).origin.replace(/:\d+$/, ''),
      MOCK_ZENODO_TOKEN: 'mock-token',
      ...(options.controlToken !== undefined && { MOCK_ZENODO_CONTROL_TOKEN: options.controlToken }),
    };
    let failure: NodeJS.ErrnoException | undefined;
    const env = { ...process.env, ...variables, ...own };
    // Until foreground-child listens, a signal would end this process and leave the command behind.
    const listen = () => undefined;
    for (const signal of PASSED_ON) process.on(signal, listen);
    const child = foregroundChild(program, args, { env }, async (code) => {
      await mock.close();
      process.stderr.write(report('Zenodo has no route for', unmatched));
      process.stderr.write(report('the mock does not imitate', notImitated));
      if (failure === undefined) {
        return strict && unmatched.size > 0 && code === 0 ? WITHOUT_ROUTE : undefined;
      }
      process.stderr.write(`mock-zenodo exec: ${program}: ${reason(failure)}\n`);
      return failure.errno === -constants.errno.ENOENT ? NOT_FOUND : NOT_EXECUTABLE;
    });
    for (const signal of PASSED_ON) process.off(signal, listen);
    child.on('error', (error) => {
      failure = error;
    });
  } catch (error) {
    await mock.close();
    throw error;
  }
}

/**
 * Calls that Zenodo has no route for, usually because a path is misspelt or from before 2023, or
 * calls that only the mock has no route for.
 */
function report(what: string, lines: ReadonlySet<string>): string {
  return lines.size === 0 ? '' : `mock-zenodo exec: ${what}:\n${[...lines].join('')}`;
}

function lineOf({ method, path, nearest }: JournalEntry): string {
  const hint = nearest.length === 0 ? '' : ` (nearest: ${nearest.join(', ')})`;
  return `  ${method} ${pathOf(path)}${hint}\n`;
}

function reason({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'command not found.';
  return code === 'EACCES' ? 'permission denied.' : message;
}
