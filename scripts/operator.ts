import { randomUUID } from 'node:crypto';
import { type Config, loadConfig, type SettingName } from '../src/config.js';
import { createDatabase, type Database } from '../src/database/prisma.js';
import { type Actor, createActions, noteDeed } from '../src/operator/actions.js';
import type { Judged } from '../src/operator/search.js';
import { explainStart } from '../src/start-failure.js';
import { endWithReader } from './closed-pipe.js';
import { commandSettings } from './command-settings.js';

/** The exit codes in `--help` of each command. `doctor` has its own. */
export const EXIT_CODES = `Exit code 0: success; a list may be empty. 1: not found, or nothing was done. 2: wrong arguments.
3: failure: a setting is wrong, the database does not respond, or the output cannot be written.`;

/** Left where a command fails. */
const FAILED = 3;

/** A command was called wrongly: the message says what is wrong. */
export class WrongUse extends Error {}

/**
 * Runs an operator's command with the service's own environment, of which it needs the settings
 * `needs` alone; null stands for all. Leaves the exit code that `work` answers, 2 if it was called
 * wrongly, 3 if it fails. `--help` says `usage` and does nothing else. A reader who has seen enough
 * ends it in silence.
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
 * The deeds of somebody at a terminal. Lines of the audit go to standard error, as lines of the
 * log's own kind.
 */
export function commandActions(database: Database) {
  const actor: Actor = { by: 'command', requestId: `command-${randomUUID()}` };
  const info = (line: object, msg: string) =>
    console.error(JSON.stringify({ time: new Date().toISOString(), ...line, msg }));
  const log = { info };
  const audit = (what: string, ids: object) => noteDeed(log, what, actor, ids);
  return { actor, audit, actions: createActions(database, log) };
}

/** A command was called wrongly: what node:util throws for an option that there is not, too. */
export function isWrongUse(error: unknown): error is Error {
  if (error instanceof WrongUse) return true;
  return error instanceof Error && /^ERR_PARSE_ARGS/.test((error as { code?: string }).code ?? '');
}

/**
 * What somebody typed behind the name of a script: one of `commands`, and the word after it, which
 * the command takes or not, or needs. Throws WrongUse.
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
    throw new WrongUse(`Unexpected argument "${extra}". Put quotes around a text with spaces.`);
  return { command, word };
}

/** How many rows `--limit` asks for; 0 stands for all. Throws WrongUse. */
export function readLimit(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new WrongUse(`--limit "${text}" is not a number.`);
  return Number(text) || Number.POSITIVE_INFINITY;
}

/** The one of `names` that an option names; undefined where it was not given. Throws WrongUse. */
export function readName<Name extends string>(
  option: string,
  names: readonly Name[],
  typed: string | undefined,
): Name | undefined {
  const name = names.find((one) => one === typed);
  if (typed !== undefined && name === undefined)
    throw new WrongUse(`Unknown ${option} "${typed}". Use one of ${names.join(', ')}.`);
  return name;
}

/** What a search was judged to be. Throws WrongUse with the reason if it is none. */
export function accepted<T>({ value, fault }: Judged<T>): T {
  if (fault !== null) throw new WrongUse(fault);
  return value;
}
