import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import fp from 'fastify-plugin';
import type { MockContext } from '../context.js';
import { sweepBlobs } from '../files/stored-files.js';
import { pathOf } from '../path-pattern.js';
import { restoreSnapshot, SnapshotSchema, takeSnapshot } from './snapshot.js';
import { checked } from './validation.js';

/**
 * How long changes are collected before they are written, in real milliseconds. A killed process
 * may lose these.
 */
const COLLECT = 100;
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Restores what an earlier mock left in the folder. False if there is nothing. Throws if the file
 * is damaged or has another format.
 */
export async function restoreStateFile(mock: MockContext): Promise<boolean> {
  const path = join(mock.directory, 'state.json');
  const text = await readFile(path, 'utf8').catch((error) => {
    // A file that is there but cannot be read would be replaced by an empty state.
    if (error.code !== 'ENOENT') throw error;
    return null;
  });
  if (text === null) return false;
  try {
    restoreSnapshot(mock, checked(SnapshotSchema, JSON.parse(text), 'state'));
  } catch (error) {
    throw new Error(`${path} is not the state of a mock Zenodo.`, { cause: error });
  }
  await sweepBlobs(mock);
  return true;
}

/**
 * Writes the state to the folder soon after each change, and when the mock closes. A reader never
 * sees half a file.
 */
export const stateFile = fp(
  async (app) => {
    const { mock } = app;
    const path = join(mock.directory, 'state.json');
    let timer: NodeJS.Timeout | undefined;
    let writing: Promise<void> = Promise.resolve();
    let failure: unknown;

    const save = () => {
      timer = undefined;
      writing = writing
        .then(() => replaceFile(path, JSON.stringify(takeSnapshot(mock))))
        .catch((error) => {
          failure = error;
        });
    };
    app.addHook('onResponse', async (request) => {
      const changing = !SAFE.has(request.method) || pathOf(request.raw.url ?? '').startsWith('/oauth/');
      if (changing && timer === undefined) timer = setTimeout(save, COLLECT);
    });
    app.addHook('onClose', async () => {
      clearTimeout(timer);
      save();
      await writing;
      if (failure !== undefined) throw failure;
    });
  },
  { name: 'state-file' },
);

async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.new`;
  const file = await open(draft, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}
