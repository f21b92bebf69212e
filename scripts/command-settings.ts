import { existsSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { processEnvironment } from '../src/process-environment.js';

type Environment = Record<string, string | undefined>;

/**
 * Where a development start notes the settings it chose: its database has another port at every
 * start.
 */
const NOTE = 'settings.json';

/**
 * Notes the settings of a development start for the commands. Returns a function that removes them
 * again.
 */
export async function noteSettings(dir: string, settings: Environment): Promise<() => Promise<void>> {
  const file = join(dir, NOTE);
  await rm(file, { force: true });
  await writeFile(file, JSON.stringify(settings), { mode: 0o600 });
  return () => rm(file, { force: true });
}

/**
 * The settings of a command: the environment and, outside production, what `npm start` has chosen,
 * if that runs in this folder.
 */
export function commandSettings(): Environment {
  const env = processEnvironment();
  const file = join('.data', NOTE);
  const isProduction = env['NODE_ENV']?.trim() === 'production';
  if (isProduction || env['DATABASE_URL'] || env['DATABASE_URL_FILE'] || !existsSync(file)) return env;
  const brought = JSON.parse(readFileSync(file, 'utf8')) as Environment;
  const set = Object.entries(env).filter(([name, value]) => value?.trim() && name in brought);
  return { ...env, ...brought, ...Object.fromEntries(set) };
}
