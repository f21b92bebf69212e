import { existsSync } from 'node:fs';

/**
 * The process's environment, with a `.env` file beside it if there is one; what is set already
 * wins.
 */
export function processEnvironment(): Record<string, string | undefined> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return process.env;
}
