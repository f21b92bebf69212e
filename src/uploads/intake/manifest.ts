import { readFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import type { Caller } from '../../connections/caller.js';
import type { Staged } from '../staging/staged.js';
import { quoted } from './names.js';

/** The file in which a container describes itself, and how much of it is looked at, in bytes. */
const NAME = 'manifest.rdmc';
const MAX_SIZE = 10 * 1024 * 1024;

/** The text of a manifest at the top level of what was received, null if there is none; and what the caller should know about it. */
export async function readManifest(
  files: readonly { name: string | null; path: string; staged: Staged }[],
): Promise<{ text: string | null; warnings: string[] }> {
  const file = files.find(({ name }) => name?.toLowerCase() === NAME);
  const sealed = file?.staged.sealed;
  if (!file || !sealed) {
    const deep = files.find(({ path }) => path.endsWith(`/${NAME}`));
    const warning = `${quoted(deep?.path ?? '')} was not read as the manifest, because it lies in a folder beside other files. Send it as ${NAME}.`;
    return { text: null, warnings: deep ? [warning] : [] };
  }
  if (sealed.size <= MAX_SIZE) return { text: await readFile(file.staged.path, 'utf8'), warnings: [] };
  const warning = `${NAME} was not read, because it has more than ${MAX_SIZE} bytes: check the access rights of the draft before you publish.`;
  return { text: null, warnings: [warning] };
}

/**
 * Has the manifest remembered and the draft kept closed if it names restricted artifacts. What fails here does not undo the
 * upload: it is said in the warnings returned.
 */
export async function tellDrafts(
  app: FastifyInstance,
  caller: Caller,
  depositionId: number,
  text: string,
): Promise<string[]> {
  try {
    await app.drafts.rememberManifest(caller, depositionId, text);
    return await app.drafts.guardAccess(caller, depositionId, text);
  } catch (error) {
    app.log.warn({ err: error, deposition: depositionId }, 'the manifest of an upload could not be used');
    return [
      'The manifest could not be read or applied: check the access rights of the draft before you publish.',
    ];
  }
}
