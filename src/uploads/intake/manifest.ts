import { readFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import type { Caller } from '../../connections/caller.js';
import type { Staged } from '../staging/staged.js';
import { readZipped } from '../staging/zip-entries.js';
import { quoted } from './names.js';

/** The file in which a container describes itself, and how much of it is looked at, in bytes. */
const NAME = 'manifest.rdmc';
const MAX_SIZE = 10 * 1024 * 1024;

/** The manifests among what was received. */
export interface Manifests {
  /** That of the container itself, at the top level; null if there is none. */
  own: string | null;
  /** Those in folders and zips: only what they say about access counts. */
  others: string[];
  /** What the caller should know about them. */
  warnings: string[];
}

interface ReceivedFile {
  name: string | null;
  path: string;
  staged: Staged;
}

/** Reads the manifests among what was received, wherever they lie: what one of them calls private must not be opened by accident. */
export async function readManifests(files: readonly ReceivedFile[]): Promise<Manifests> {
  const found: Manifests = { own: null, others: [], warnings: [] };
  const deep: string[] = [];
  for (const { name, path, staged } of files) {
    const isOwn = name?.toLowerCase() === NAME;
    const isDeep = path.toLowerCase().endsWith(`/${NAME}`);
    if (/\.zip$/i.test(path)) await lookInto(path, staged, found);
    if (!isOwn && !isDeep) continue;
    if ((staged.sealed?.size ?? 0) > MAX_SIZE) {
      found.warnings.push(
        `${quoted(path)} was not read, because it has more than ${MAX_SIZE} bytes: check the access rights of the draft before you publish.`,
      );
      continue;
    }
    const text = await readFile(staged.path, 'utf8');
    if (isOwn) found.own = text;
    else {
      found.others.push(text);
      deep.push(
        `${quoted(path)} was not read as the manifest, because it lies in a folder beside other files; only its access levels count. Send it as ${NAME}.`,
      );
    }
  }
  if (found.own === null) found.warnings.push(...deep);
  return found;
}

async function lookInto(path: string, { path: file }: Staged, found: Manifests): Promise<void> {
  const { texts, complete } = await readZipped(file, NAME, MAX_SIZE);
  found.others.push(...texts);
  if (complete) return;
  found.warnings.push(
    `${quoted(path)} could not be searched for a ${NAME}: check the access rights of the draft before you publish.`,
  );
}

/** Closes the draft if a manifest asks for it. What fails here does not undo the upload: it is said in the warnings returned. */
export async function closeDraft(
  app: FastifyInstance,
  caller: Caller,
  depositionId: number,
): Promise<string[]> {
  try {
    return await app.drafts.guardAccess(caller, depositionId);
  } catch (error) {
    app.log.warn({ err: error, deposition: depositionId }, 'the manifest of an upload could not be applied');
    return ['The manifest could not be applied: check the access rights of the draft before you publish.'];
  }
}
