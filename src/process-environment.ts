import { existsSync } from 'node:fs';

/** The process's environment and a `.env` file in the working directory. The environment wins. */
export function processEnvironment(): Record<string, string | undefined> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return process.env;
}
