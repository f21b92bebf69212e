// Raw SQL: compares the parts of zips, which may be ten thousand, inside the database.
import type { Prisma, UploadFile } from '../../database/generated/client.js';
import { type Notice, notice } from '../../notice.js';
import { quoted } from '../plan/file-names.js';

/**
 * Records conflicts of a file that has just been delivered: each concurrent upload that sent a
 * different file of that name has lost, and this one has won. The caller holds the claim on the
 * name.
 */
export async function markConflicts(tx: Prisma.TransactionClient, fileId: string): Promise<void> {
  await tx.$executeRaw`
    WITH compared AS (
      UPDATE upload_files f SET conflict = CASE
          WHEN f.md5 = mine.md5 THEN NULL
          WHEN jsonb_typeof(f.parts) = 'array' AND jsonb_typeof(mine.parts) = 'array' AND NOT EXISTS (
            SELECT p->>'entry', p->>'md5' FROM jsonb_array_elements(f.parts) p
            EXCEPT SELECT p->>'entry', p->>'md5' FROM jsonb_array_elements(mine.parts) p) THEN NULL
          ELSE 'lost' END::upload_file_conflict
      FROM upload_files mine JOIN uploads ours ON ours.id = mine.upload_id, uploads u
      WHERE mine.id = ${fileId}::uuid AND f.deposition_id = mine.deposition_id AND f.name = mine.name AND f.id <> mine.id
        AND f.state IN ('uploaded', 'unchanged') AND u.id = f.upload_id
        AND (u.finished_at IS NULL OR u.finished_at > ours.created_at)
      RETURNING f.conflict
    )
    UPDATE upload_files SET conflict = 'won' WHERE id = ${fileId}::uuid AND EXISTS (SELECT FROM compared WHERE conflict = 'lost')`;
}

/** Notices about files that another upload sent too. */
export function conflictNotices(files: readonly Pick<UploadFile, 'name' | 'conflict'>[]): Notice[] {
  const named = (conflict: UploadFile['conflict']) =>
    files.filter((file) => file.conflict === conflict).map(({ name }) => name);
  const [lost, ...moreLost] = named('lost');
  const [won, ...moreWon] = named('won');
  const others = (more: string[]) =>
    more.length === 0 ? '' : ` The same is true for ${more.length} more files.`;
  return [
    ...(lost === undefined
      ? []
      : [
          notice(
            'replaced_by_other',
            `Another upload that ran at the same time sent a different file ${quoted(lost)} later. The draft has that one. If it should have this one, send it again.${others(moreLost)}`,
            lost,
            moreLost.length,
          ),
        ]),
    ...(won === undefined
      ? []
      : [
          notice(
            'replaced_other',
            `${quoted(won)} replaced a different file that another upload sent at the same time.${others(moreWon)}`,
            won,
            moreWon.length,
          ),
        ]),
  ];
}
