import { readFile } from 'node:fs/promises';
import type { MockContext } from '../context.js';
import { seedDefaults } from '../store/seed.js';
import { codeOf, reasonOf } from '../system-errors.js';
import { controlError } from './known-error.js';
import { seed } from './seed.js';
import { SeedSchema } from './seed-schema.js';
import { checked } from './validation.js';

/**
 * The content of a new mock: the default accounts, and what the file of the option `seedFile` adds.
 * Throws if the file cannot be read or used.
 */
export async function seedStart(mock: MockContext): Promise<void> {
  seedDefaults(mock.store, mock.clock);
  const { seedFile } = mock.options;
  if (seedFile === undefined) return;
  try {
    await seed(mock, checked(SeedSchema, JSON.parse(await readFile(seedFile, 'utf8')), 'seed'));
  } catch (error) {
    const { message, details } = controlError(error);
    const words = error instanceof SyntaxError ? `it is not JSON: ${message}` : message;
    const reason = codeOf(error) === undefined ? words : `${reasonOf(error)}.`;
    throw new Error([`${seedFile} is not a valid seed: ${reason}`, ...details].join('\n'), {
      cause: error,
    });
  }
}
