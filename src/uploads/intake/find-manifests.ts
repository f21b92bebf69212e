import { readFile } from 'node:fs/promises';
import type { ManifestFindings } from '../../metadata/restricted.js';
import { type Notice, notice } from '../../notice.js';
import type { Manifests } from '../manifests.js';
import { quoted } from '../plan/file-names.js';
import { eachZipped, takeFromBudget } from '../staging/zip-entries.js';
import type { ReceivedFile } from '../worker/worker.js';

/** The name of a container's manifest, and how many of its bytes are read. */
const NAME = 'manifest.rdmc';
const MAX_SIZE = 10 * 1024 * 1024;

/**
 * Limits on the manifests in the folders and zips of one upload. A notice names what is beyond
 * them.
 */
const LIMITS = { entries: 100_000, manifests: 100, bytes: MAX_SIZE };

/** How long the zips of one upload are searched, in milliseconds. The caller is waiting. */
const MAX_TIME = 20_000;

/** The manifests among received files. */
interface FoundManifests extends Manifests {
  notices: Notice[];
}

/**
 * Reads the manifests among received files, wherever they are: what one of them calls private must
 * not become public by accident. They are read one after the other, so that only one is in memory.
 */
export async function readManifests(
  files: readonly Pick<ReceivedFile, 'name' | 'path' | 'staged'>[],
  inspect: (manifest: string) => Promise<ManifestFindings>,
): Promise<FoundManifests> {
  const found: FoundManifests = { own: null, ownFindings: null, others: [], notices: [] };
  const budget = { ...LIMITS, endsAt: performance.now() + MAX_TIME };
  const deep: Notice[] = [];
  for (const { name, path, staged } of files) {
    const isOwn = name?.toLowerCase() === NAME;
    const isDeep = path.toLowerCase().endsWith(`/${NAME}`);
    if (/\.zip$/i.test(path)) {
      const complete = await eachZipped(staged.path, NAME, budget, async (text) => {
        found.others.push(await inspect(text));
      });
      if (!complete) found.notices.push(unsearched(path));
    }
    if (!isOwn && !isDeep) continue;
    const size = staged.sealed?.size ?? 0;
    if (size > MAX_SIZE) {
      const detail = `${quoted(path)} was not read, because it has more than ${MAX_SIZE} bytes. Check the access rights of the draft before you publish.`;
      found.notices.push(notice('manifest_not_read', detail, path));
      continue;
    }
    if (isOwn) {
      found.own = await readFile(staged.path, 'utf8');
      found.ownFindings = await inspect(found.own);
      continue;
    }
    if (!takeFromBudget(budget, size)) {
      found.notices.push(unsearched(path));
      continue;
    }
    found.others.push(await inspect(await readFile(staged.path, 'utf8')));
    const detail = `${quoted(path)} was not read as the manifest, because it is in a folder with other files. Only its access levels were used. Send it as ${NAME}.`;
    deep.push(notice('manifest_in_folder', detail, path));
  }
  if (found.own === null) found.notices.push(...deep);
  return found;
}

function unsearched(path: string): Notice {
  const detail = `${quoted(path)} could not be searched for a ${NAME}. Check the access rights of the draft before you publish.`;
  return notice('manifest_not_read', detail, path);
}
