import { uploadLinkOf } from '../../connections/caller.js';
import type { Prisma } from '../../database/generated/client.js';
import type { UploadsContext } from '../context.js';
import { type Coming, checkLinkLimits, checkQuota } from '../plan/limits.js';
import type { UploadTask } from '../worker/ending.js';

/**
 * Throws if the draft does not accept the files that an upload brings, or their upload link does
 * not permit them: payload_too_large, too_many_files, quota_exceeded, upload_link_limit.
 */
export async function checkComing(
  { uploadRepository, limits }: Pick<UploadsContext, 'uploadRepository' | 'limits'>,
  { id, caller, draft }: UploadTask,
  coming: readonly Coming[],
  tx?: Prisma.TransactionClient,
): Promise<void> {
  checkQuota(draft.files, coming, limits);
  const link = uploadLinkOf(caller);
  if (link === null) return;
  const usedBut = (names: readonly string[]) =>
    uploadRepository.usedByLink(link.id, { upload: id, names }, tx);
  await checkLinkLimits(link, usedBut, coming);
}
