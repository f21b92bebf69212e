import { readFile } from 'node:fs/promises';
import type { MockContext } from '../context.js';
import { seedDefaults } from '../store/seed.js';
import { ControlError } from './control-error.js';
import { seed } from './seed.js';
import { SeedSchema } from './seed-schema.js';
import { checked } from './validation.js';

/**
 * What a fresh mock holds: the default accounts, and what the file of the option `seedFile` adds.
 * Throws if that cannot be had.
 */
export async function seedStart(mock: MockContext): Promise<void> {
  seedDefaults(mock.store, mock.clock);
  const { seedFile } = mock.options;
  if (seedFile === undefined) return;
  try {
    await seed(mock, checked(SeedSchema, JSON.parse(await readFile(seedFile, 'utf8')), 'seed'));
  } catch (error) {
    const details = error instanceof ControlError ? error.details : [];
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error([`${seedFile} is not a valid seed: ${reason}`, ...details].join('\n'), {
      cause: error,
    });
  }
}
