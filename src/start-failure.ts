import { resolve } from 'node:path';
import { type Config, ConfigError } from './config.js';
import { isDatabaseUnavailable, reasonOf } from './database/failures.js';
import { NoConnection } from './database/migrate.js';
import { systemMessage } from './system-message.js';

/** Details of a system error. */
type Details = Error & { code?: string; syscall?: string; port?: number; address?: string; path?: string };

/**
 * Why the service, or a command, did not start: a sentence if the operator can do something about
 * it, else the error.
 */
export function explainStart(error: unknown, config: Config | undefined): unknown {
  if (error instanceof ConfigError) return error.message;
  if (!(error instanceof Error)) return error;
  const { syscall, path } = error as Details;
  if (syscall === 'listen') return explainListening(error, config);
  if (config !== undefined && isAbout(resolve(config.stagingDir), path ?? error.message))
    return `STAGING_DIR cannot be used: ${systemMessage(error)}. It must be a folder with free space that the user of this process may write to`;
  return explainDatabase(error);
}

/** Whether a path is a folder, in it, or a parent that could not be created. */
function isAbout(folder: string, named: string): boolean {
  return named.startsWith(folder) || (named !== '' && folder.startsWith(`${named}/`));
}

function explainListening(error: Details, config: Config | undefined): unknown {
  const { code, port, address } = error;
  const name = port === config?.operatorPort ? 'OPERATOR_PORT' : 'PORT';
  if (code === 'EADDRINUSE') return `port ${port} is in use: stop the program that uses it, or set ${name}`;
  if (code === 'EACCES') return `this user may not listen on port ${port}: set ${name} to one above 1023`;
  if (code === 'EADDRNOTAVAIL') return `HOST is ${address}, which is not an address of this machine`;
  return error;
}

function explainDatabase(error: Error): unknown {
  if (error instanceof NoConnection || isDatabaseUnavailable(error))
    return `the database that DATABASE_URL names cannot be used: ${reasonOf(error)}`;
  const { code } = (error.cause ?? error) as { code?: unknown };
  if (code === '25006')
    return `the database that DATABASE_URL names is read-only (${error.message}): use the primary, not a standby`;
  // insufficient_privilege: since PostgreSQL 15, only the owner of a database creates tables in it.
  if (code === '42501')
    return `the account in DATABASE_URL may not create tables (${error.message}): make it the owner of its database`;
  return error;
}
