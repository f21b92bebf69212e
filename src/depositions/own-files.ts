import { md5Of, type ZenodoDeposition, type ZenodoFile } from '../zenodo/deposition.js';
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
  const isOwn = (file: ZenodoFile) => keys.has(`${md5Of(file)} ${file.filename}`);
  return { own: files.filter(isOwn), foreign: files.filter((file) => !isOwn(file)) };
}
