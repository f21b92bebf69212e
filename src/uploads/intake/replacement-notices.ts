import { type Notice, notice } from '../../notice.js';
import type { ZenodoFile } from '../../zenodo/deposition.js';
import type { UploadsContext } from '../context.js';
import { nameKey, quoted } from '../plan/file-names.js';
import type { PlannedFile } from '../plan/folders-to-zips.js';
import type { ReceivedFile, UploadWorker } from '../worker/worker.js';

/**
 * Notices about files on the draft that an upload changes, perhaps by mistake: a file that replaces
 * the zip of a folder, or a file from another folder; and names that are the same on many systems.
 */
export async function replacementNotices(
  { sentFiles }: Pick<UploadsContext, 'sentFiles'>,
  { id, draft }: UploadWorker,
  plan: readonly PlannedFile[],
  received: ReadonlyMap<string, Pick<ReceivedFile, 'staged'>>,
): Promise<Notice[]> {
  const notices: Notice[] = [];
  const there = new Set(draft.files.map(({ filename }) => filename));
  for (const { name, entries, paths } of plan) {
    if (entries !== null || !there.has(name) || !/\.zip$/i.test(name)) continue;
    const before = await sentFiles.folderBefore(id, name);
    const sealed = received.get(paths[0] ?? '')?.staged.sealed;
    if (before === null || before.md5 === sealed?.md5) continue;
    const detail = `${quoted(name)} replaced the zip of a folder with ${before.parts} files. If you did not intend that, send the folder again.`;
    notices.push(notice('folder_replaced', detail, name, before.parts));
  }
  return [
    ...notices,
    ...(await otherFolderNotices(sentFiles, id, plan, received)),
    ...alikeNotices(plan, draft.files),
  ];
}

/**
 * The folder that all files share is removed from their names, so files of two folders sent one
 * after the other may get the same name.
 */
async function otherFolderNotices(
  sentFiles: UploadsContext['sentFiles'],
  id: string,
  plan: readonly PlannedFile[],
  received: ReadonlyMap<string, Pick<ReceivedFile, 'staged'>>,
): Promise<Notice[]> {
  const paths = new Map<string, string>();
  for (const {
    name,
    entries,
    paths: [path = ''],
  } of plan) {
    if (entries === null && path.includes('/')) paths.set(name, path);
  }
  const before = await sentFiles.sentBefore(id, [...paths.keys()]);
  const [first, ...more] = before.filter(({ name, sentAs, md5 }) => {
    const path = paths.get(name) ?? '';
    return sentAs !== null && sentAs !== path && md5 !== received.get(path)?.staged.sealed?.md5;
  });
  if (first === undefined) return [];
  const others = more.length === 0 ? '' : ` The same is true of ${more.length} more files.`;
  const detail = `${quoted(first.name)}, sent as ${quoted(paths.get(first.name) ?? '')}, replaced a different file that was sent as ${quoted(first.sentAs ?? '')}. To keep both, send the two folders in one call: each becomes a zip.${others}`;
  return [notice('file_replaced', detail, first.name, more.length)];
}

/**
 * An upload accepts names that differ from one on the draft only in case or Unicode composition. A
 * reader's file system may not.
 */
function alikeNotices(plan: readonly PlannedFile[], there: readonly ZenodoFile[]): Notice[] {
  const twins = new Map<string, string>();
  const names = new Set(plan.map(({ name }) => name));
  // Files by tus are already on the draft. A file is not its own twin.
  for (const { filename } of there) if (!names.has(filename)) twins.set(nameKey(filename), filename);
  const twinOf = (name: string) => twins.get(nameKey(name)) ?? name;
  const [first, ...more] = [...names].filter((name) => twinOf(name) !== name);
  if (first === undefined) return [];
  const others = more.length === 0 ? '' : ` The same is true for ${more.length} more files.`;
  const detail = `The draft has both ${quoted(first)} and ${quoted(twinOf(first))}. Many systems treat them as the same file. Remove the one that you do not need.${others}`;
  return [notice('name_alike', detail, first, more.length)];
}
