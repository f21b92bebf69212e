import { randomUUID } from 'node:crypto';
import { type Config, loadConfig, type SettingName } from '../src/config.js';
import { createDatabase, type Database } from '../src/database/prisma.js';
import { currentSubject } from '../src/log-subject.js';
import { type ActionResult, type Actor, auditAction, createActions } from '../src/operator/actions.js';
import type { Parsed } from '../src/operator/search.js';
import { LEAST_OF_ID } from '../src/operator/uploads.js';
import { manyIds } from '../src/operator/why-not.js';
import { explainStart } from '../src/start-failure.js';
import { createChangeReport } from '../src/uploads/rows/state-changes.js';
import { endWithReader } from './closed-pipe.js';
import { commandSettings } from './command-settings.js';

/** The exit codes in the `--help` of each command. `doctor` has its own. */
export const EXIT_CODES = `Exit code 0: success; a list may be empty. 1: not found, or nothing was done. 2: wrong arguments.
3: failure: a setting is wrong, the database does not respond, or the output cannot be written.`;

/** Exit code if a command fails. */
const FAILED = 3;

/** A command was called incorrectly. The message says what is wrong. */
export class WrongUse extends Error {}

/**
 * Runs an operator's command with the environment of the service. Of its settings, only those in
 * `needs` are required; null stands for all. Sets the exit code that `work` returns, 2 if the
 * command was called incorrectly, or 3 if it fails. `--help` prints `usage` and does nothing else.
 * If the reader of the output has seen enough, the command ends silently.
 */
export async function operate(
  usage: string,
  work: (database: Database, config: Config) => Promise<number>,
  needs: readonly SettingName[] | null = ['DATABASE_URL'],
): Promise<void> {
  endWithReader();
  if (process.argv.slice(2).some((word) => word === '--help' || word === '-h')) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  let database: Database | undefined;
  let config: Config | undefined;
  try {
    config = loadConfig(commandSettings(), needs);
    database = createDatabase(config.databaseUrl);
    process.exitCode = await work(database, config);
  } catch (error) {
    if (isWrongUse(error)) console.error(`${error.message}\n\n${usage}`);
    else console.error(explainStart(error, config));
    process.exitCode = isWrongUse(error) ? 2 : FAILED;
  } finally {
    await database?.$disconnect();
  }
}

/**
 * Actions of a person at a terminal. Their audit lines, and those about uploads that they ended, go
 * to standard error, in the format of the log.
 */
export function commandActions(database: Database) {
  const actor: Actor = { by: 'command', requestId: `command-${randomUUID()}` };
  const write = (level: string) => (line: object, msg: string) =>
    console.error(
      JSON.stringify({ level, time: new Date().toISOString(), ...currentSubject(), ...line, msg }),
    );
  const log = { info: write('info'), warn: write('warn') };
  const audit = (what: string, ids: object) => auditAction(log, what, actor, ids);
  return { actor, audit, actions: createActions(database, log, createChangeReport(log)) };
}

/** Prints the result of an action, and the `ids` it was about. Returns the exit code. */
export function printResult({ done, said }: ActionResult, ids: object, people: boolean): number {
  process.stdout.write(people ? `${said}\n` : `${JSON.stringify({ ...ids, done, said })}\n`);
  return done ? 0 : 1;
}

/** The one id that begins as typed, or why there is not exactly one; `none` if there is none. */
export function theOne(
  typed: string,
  [id, ...others]: readonly string[],
  none: string,
): { id: string; said?: never } | { id?: never; said: string } {
  if (id === undefined)
    return {
      said: typed.length < LEAST_OF_ID ? `${none} Enter at least ${LEAST_OF_ID} characters of the id.` : none,
    };
  return others.length === 0 ? { id } : { said: manyIds([id, ...others]) };
}

/** Whether a command was called incorrectly. node:util also throws for unknown options. */
export function isWrongUse(error: unknown): error is Error {
  if (error instanceof WrongUse) return true;
  return error instanceof Error && /^ERR_PARSE_ARGS/.test((error as { code?: string }).code ?? '');
}

/**
 * The arguments of a script: one of `commands`, and the word after it, which the command may accept
 * or require. Throws WrongUse.
 */
export function readWords<Name extends string>(
  words: readonly string[],
  commands: Record<Name, 'alone' | 'optional' | 'needed'>,
): { command: Name; word: string | undefined } {
  const names = Object.keys(commands) as Name[];
  const [typed, word, ...rest] = words;
  const command = names.find((name) => name === typed);
  if (typed === undefined) throw new WrongUse(`Name a command: ${names.join(', ')}.`);
  if (command === undefined)
    throw new WrongUse(`Unknown command "${typed}". Use one of ${names.join(', ')}.`);
  if (word === undefined && commands[command] === 'needed') throw new WrongUse(`${command} needs an id.`);
  const [extra] = commands[command] === 'alone' ? words.slice(1) : rest;
  if (extra !== undefined)
    throw new WrongUse(
      `Unexpected argument "${extra}". Put quotes around a text with spaces. In a clone, put -- before the options.`,
    );
  return { command, word };
}

/** The number of rows that `--limit` asks for; 0 stands for all. Throws WrongUse. */
export function readLimit(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new WrongUse(`--limit "${text}" is not a number.`);
  return Number(text) || Number.POSITIVE_INFINITY;
}

/** A search, or a part of one. Throws WrongUse with the reason if it is invalid. */
export function accepted<T>({ value, fault }: Parsed<T>): T {
  if (fault !== null) throw new WrongUse(fault);
  return value;
}
