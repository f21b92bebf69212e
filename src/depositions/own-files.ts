import type { ZenodoDeposition, ZenodoFile } from '../zenodo/deposition.js';
import type { DraftsContext } from './context.js';

/** The files of a draft: those that uploads of this service brought, and others. */
export async function ownAndForeign(
  context: DraftsContext,
  { id, files = [] }: ZenodoDeposition,
): Promise<{ own: ZenodoFile[]; foreign: ZenodoFile[] }> {
  if (files.length === 0) return { own: [], foreign: [] };
  const known = await context.database.uploadFile.findMany({
    where: { depositionId: id, md5: { not: null } },
    select: { name: true, md5: true },
  });
  const keys = new Set(known.map(({ name, md5 }) => `${md5} ${name}`));
  const isOwn = ({ filename, checksum }: ZenodoFile) =>
    keys.has(`${checksum.replace(/^md5:/, '')} ${filename}`);
  return { own: files.filter(isOwn), foreign: files.filter((file) => !isOwn(file)) };
}
