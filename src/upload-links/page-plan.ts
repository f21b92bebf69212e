import type { FastifyInstance } from 'fastify';
import type { Limits } from '../depositions/context.js';
import { Problem, problem } from '../errors.js';
import type { PlanBody, PlanRequest } from '../schemas/upload-page.js';
import type { Parser } from '../thread-pool/pool.js';
import { quoted } from '../uploads/plan/file-names.js';
import type { LayoutFault } from '../uploads/plan/folders-to-zips.js';
import { checkLinkLimits, checkQuota } from '../uploads/plan/limits.js';
import { toFault, type Viewer } from '../uploads/view.js';
import { md5Of, type ZenodoFile } from '../zenodo/deposition.js';
import { contestedNames } from './concurrent.js';
import { linkEnded } from './link-state.js';
import { broughtByLink, usedByLink } from './link-use.js';
import { readLinkDraft } from './page-link.js';
import type { PlannedForLink } from './plan-paths.js';
import type { LinkHolder } from './upload-links.js';

/** A planned file, and the file that it replaces on the draft. Bytes. */
interface Preview {
  file: PlannedForLink;
  size: number;
  replaces: boolean;
  keeps: number;
}

/**
 * What the draft will contain if these files are sent, and which would be refused. Nothing is sent.
 * Throws upload_link_ended, or a failure of Zenodo.
 */
export async function planForLink(
  app: FastifyInstance,
  holder: LinkHolder,
  { files, upload_id: uploadId }: PlanRequest,
  { viewer, limits: { left } }: { viewer: Viewer; limits: Limits },
): Promise<PlanBody> {
  const link = holder.caller.uploadLink;
  const parser = app.threads.for({ owner: holder.caller.owner, left });
  const there = await filesOnDraft(app, holder);
  const limits = app.config.uploads;
  const plan = await parser.run('planPaths', files, {
    archive: link.folders,
    there: there.map(({ filename }) => filename),
    limits: { fileBytes: limits.fileBytes },
  });
  const faults: LayoutFault[] = plan.faults.map(({ path, code, detail }) => ({
    path,
    fault: problem(code, detail),
  }));
  const previews: Preview[] = [];
  const byName = new Map(there.map((file) => [file.filename, file]));
  for (const file of plan.files) {
    const before = byName.get(file.name);
    if (before === undefined) {
      previews.push({ file, size: file.size, replaces: false, keeps: 0 });
      continue;
    }
    try {
      previews.push(await preview({ app, parser }, file, before, link.sync));
    } catch (error) {
      // Not a fault of this file: its turn at the parsers did not come.
      if (!(error instanceof Problem) || error.code === 'service_unavailable') throw error;
      faults.push({ fault: error, path: file.path });
    }
  }
  const coming = previews.map(({ file: { name }, size }) => ({ name, size }));
  const names = new Set(coming.map(({ name }) => name));
  const contested = await contestedNames(app, holder, [...names], uploadId ?? null);
  const others = there.filter(({ filename }) => !names.has(filename));
  const removes = link.sync ? await notBroughtBy(app, link.id, others) : [];
  try {
    checkQuota(there, coming, limits);
    await checkLinkLimits(link, (those) => usedByLink(app.database, link.id, { names: those }), coming);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    faults.push({ fault: error, path: null });
  }
  return {
    files: previews.map(({ file, size, replaces, keeps }) => ({
      name: file.name,
      size,
      zip: file.zip,
      parts: file.count,
      replaces,
      contested: contested.has(file.name),
      keeps,
    })),
    left_out: plan.leftOut.map((path) => ({ path, reason: 'desktop_file' as const })),
    refused: faults.map(({ fault, path }) => ({ path, ...toFault(fault, viewer) })),
    removes: removes.map(({ filename }) => filename),
  };
}

async function notBroughtBy(app: FastifyInstance, linkId: string, files: readonly ZenodoFile[]) {
  const brought = await broughtByLink(
    app.database,
    linkId,
    files.map(({ filename }) => filename),
  );
  return files.filter(({ filename }) => !brought.has(filename));
}

async function filesOnDraft(app: FastifyInstance, holder: LinkHolder): Promise<ZenodoFile[]> {
  const looked = await readLinkDraft(app, holder);
  if (typeof looked === 'string') {
    throw linkEnded({ ...holder.link, reason: looked });
  }
  if (looked.error !== null) throw looked.error;
  return looked.files;
}

/**
 * A zip on the draft that this service created keeps the parts that the folder does not replace, as
 * in uploads/worker/folders.ts. Throws folder_exists.
 */
async function preview(
  { app, parser }: { app: FastifyInstance; parser: Parser },
  file: PlannedForLink,
  before: ZenodoFile,
  replace: boolean,
): Promise<Preview> {
  const { name, size, parts } = file;
  const replaces = true;
  if (parts === null || replace) return { file, size, replaces, keeps: 0 };
  const earlier = await app.uploads.partsOfZip(name, md5Of(before));
  if (earlier !== null) {
    const merged = await parser.run('previewMerge', parts, earlier);
    return { file, replaces, ...merged };
  }
  // A zip of the same size may be this very folder, and then stays as it is.
  if (before.filesize === size) return { file, size, replaces, keeps: 0 };
  throw problem(
    'folder_exists',
    `The draft already has a file ${quoted(name)}, and this service does not know its content. Rename the folder, or remove that file first.`,
  );
}
