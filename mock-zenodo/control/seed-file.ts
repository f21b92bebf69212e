import { readFile } from 'node:fs/promises';
import type { MockContext } from '../context.js';
import { seedDefaults } from '../store/seed.js';
import { codeOf, reasonOf } from '../system-errors.js';
import { controlError } from './known-error.js';
import { addSeed, keepingBytes } from './seed.js';
import { type ReceivedFiles, receiveFiles } from './seed-files.js';
import { type Seed, SeedSchema } from './seed-schema.js';
import { checked } from './validation.js';

/** What a new mock has besides the default accounts: the content of the option `seedFile`. */
export interface StartContent {
  wanted: Seed;
  /** The bytes of its files, which are already stored. */
  bytes: ReceivedFiles;
}

/** Fills a new mock. Throws if the seed file cannot be read or used. */
export async function seedStart(mock: MockContext): Promise<void> {
  const content = await readStart(mock);
  await keepingBytes(mock, content.bytes, () => addStart(mock, content));
}

/** Reads the seed file, and stores the bytes in it. Changes nothing else. */
export async function readStart(mock: MockContext): Promise<StartContent> {
  const { seedFile } = mock.options;
  if (seedFile === undefined) return { wanted: {}, bytes: new Map() };
  try {
    const wanted = checked(SeedSchema, JSON.parse(await readFile(seedFile, 'utf8')), 'seed');
    return { wanted, bytes: await receiveFiles(mock, wanted.depositions ?? []) };
  } catch (error) {
    throw unusable(seedFile, error);
  }
}

/** Adds the default accounts, and what the seed file contains, at once. */
export function addStart(mock: MockContext, { wanted, bytes }: StartContent): void {
  seedDefaults(mock.store, mock.clock);
  try {
    addSeed(mock, wanted, bytes);
  } catch (error) {
    throw unusable(mock.options.seedFile, error);
  }
}

function unusable(seedFile: string | undefined, error: unknown): Error {
  const { message, details } = controlError(error);
  const words = error instanceof SyntaxError ? `it is not JSON: ${message}` : message;
  const reason = codeOf(error) === undefined ? words : `${reasonOf(error)}.`;
  return new Error([`${seedFile} is not a valid seed: ${reason}`, ...details].join('\n'), {
    cause: error,
  });
}
