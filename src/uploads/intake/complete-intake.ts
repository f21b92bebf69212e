import { isLimited } from '../../connections/caller.js';
import type { Notice } from '../../notice.js';
import type { UploadsContext } from '../context.js';
import type { UploadOptions } from '../model.js';
import { desktopNotices } from '../plan/desktop-files.js';
import type { PlannedFile } from '../plan/folders-to-zips.js';
import { addFolder, type Folder, zipsOf } from '../worker/folders.js';
import type { ReceivedFile, UploadWorker } from '../worker/worker.js';
import { checkComing } from './check-coming.js';
import { readManifests } from './find-manifests.js';
import { replacementNotices } from './replacement-notices.js';

/** What an upload brings. */
interface Intake {
  received: readonly ReceivedFile[];
  /** The files that they become. */
  plan: readonly PlannedFile[];
  options: UploadOptions;
  /** Notices so far. */
  notices: readonly Notice[];
}

/**
 * All bytes have arrived: hands everything that is left to the worker, which then continues by
 * itself. `rest` is awaited before the worker may end. Resolves when the draft is restricted, if a
 * manifest demands that. Throws what is wrong with the upload as a whole.
 */
export async function completeIntake(
  context: UploadsContext,
  worker: UploadWorker,
  intake: Intake,
  rest: () => Promise<void> = async () => undefined,
): Promise<void> {
  const { uploadRepository } = context;
  const { received, options } = intake;
  const { caller, draft } = worker;
  const { zips, notices: folders } = await giveRest(context, worker, intake);
  const manifests = await readManifests(received, (manifest) => context.manifests.inspect(caller, manifest));
  const desktopFiles = desktopNotices(received.map(({ path }) => path));
  const unreadable = await context.manifests.seen(caller, draft.depositionId, manifests);
  const notices = [...intake.notices, ...folders, ...manifests.notices, ...desktopFiles, ...unreadable];
  const personalToken = caller.kind === 'personal' ? context.encryptToken(worker.id, caller.token) : null;
  const row = { personalToken, notices, sync: options.sync };
  await uploadRepository.received(worker.id, row).catch((error: unknown) => {
    // The lease is also gone if the upload was cancelled meanwhile, or its draft deleted.
    worker.check();
    throw error;
  });
  const bytes = received.reduce((sum, { staged }) => sum + (staged.sealed?.size ?? 0), 0);
  context.log.info(
    { upload_id: worker.id, files: received.length, bytes },
    'all bytes of an upload have arrived: it no longer needs its caller',
  );
  const restricted = (async () => {
    const news = await context.manifests.restrict(caller, draft.depositionId);
    if (news.length > 0) await uploadRepository.notify(worker.id, [...notices, ...news]);
  })();
  void (async () => {
    for (const { make } of zips) await make();
    worker.expect(0);
    await rest();
    // Until then, a process that takes the upload over restricts the draft with the stored token.
    await restricted.catch(() => undefined);
    worker.complete(options.sync);
  })();
  await restricted;
}

/** Hands the rest to the worker. Returns the zips that must be created. */
async function giveRest(context: UploadsContext, worker: UploadWorker, { received, plan, options }: Intake) {
  const { uploadRepository, reservations } = context;
  const byPath = new Map(received.map((file, position) => [file.path, { ...file, file, position }]));
  const sizeOf = (path: string) => byPath.get(path)?.staged.sealed?.size ?? 0;
  const coming = new Map(
    plan.map(({ name, paths }) => [name, paths.reduce((sum, path) => sum + sizeOf(path), 0)]),
  );
  const check = () => {
    const files = [...coming].map(([name, size]) => ({ name, size }));
    return checkComing(context, worker, files);
  };
  const checkLink = async () => {
    if (isLimited(worker.caller)) await check();
  };
  await check();
  const folders: Folder[] = [];
  // With `sync` the draft becomes exactly what this call brings.
  const mode = options.folders ?? (options.sync ? 'replace' : 'merge');
  // In the order of their names: of two uploads that wait for each other's folders both would fail.
  const inOrder = plan.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  for (const planned of inOrder) {
    const first = byPath.get(planned.paths[0] ?? '');
    if (first === undefined) continue;
    const { file, position } = first;
    if (planned.entries !== null) {
      folders.push(await addFolder({ context, worker }, planned, byPath, { position, mode }));
    } else if (file.name === null) {
      await worker.addReceived(file, planned.name, { size: sizeOf(file.path), position }, checkLink);
    }
  }
  const { zips, notices } = await zipsOf({ context, worker }, folders, mode);
  for (const { name, size } of zips) coming.set(name, size);
  if (!options.sync) notices.push(...(await replacementNotices(context, worker, plan, byPath)));
  await check();
  const bytes = zips.reduce((sum, { reserve }) => sum + reserve, 0);
  if (bytes > 0)
    await reservations.reserve(worker.caller.owner, bytes, (tx) =>
      uploadRepository.reserve(worker.id, bytes, tx),
    );
  worker.expect(bytes);
  return { zips, notices };
}
