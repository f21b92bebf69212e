import type { UploadLimits } from '../config.js';
import type { ErrorCode } from '../errors.js';
import type { ArchiveMode } from '../uploads/plan/folders-to-zips.js';
import { pathOf, without } from '../uploads/plan/folders-to-zips.js';
import { checkFileSize } from '../uploads/plan/limits.js';
import { type FileToSend, type Part, planUpload } from '../uploads/plan/plan.js';

/** A file as it will be at Zenodo, without what only its creation needs. */
export interface PlannedForLink {
  name: string;
  /** Bytes. */
  size: number;
  zip: boolean;
  /** Number of files in it. */
  count: number;
  /** As in a fault. */
  path: string;
  /** The parts of a zip, if the draft has a file of its name. */
  parts: Part[] | null;
}

/** The plan for the paths, with faults as they pass between threads. */
interface PathsPlan {
  files: PlannedForLink[];
  leftOut: string[];
  faults: { path: string | null; code: ErrorCode; detail: string }[];
}

/** Options of the page, and the state of the draft. */
interface PathsContext {
  archive: ArchiveMode;
  /** Names of the files on the draft. */
  there: readonly string[];
  limits: Pick<UploadLimits, 'fileBytes'>;
}

/** Plans up to 4 MB of paths, which takes seconds: a task of the thread pool. */
export function planPaths(files: readonly FileToSend[], { archive, there, limits }: PathsContext): PathsPlan {
  const {
    files: planned,
    leftOut,
    faults,
  } = planUpload(files, { archive, prefix: '', withoutDesktopFiles: true });
  const small = without(faults, planned, pathOf, [({ name, size }) => checkFileSize(name, size, limits)]);
  const onDraft = new Set(there);
  return {
    files: small.map((file) => ({
      name: file.name,
      size: file.size,
      zip: file.parts !== null,
      count: file.paths.length,
      path: pathOf(file),
      parts: onDraft.has(file.name) ? file.parts : null,
    })),
    leftOut,
    faults: faults.map(({ path, fault: { code, detail } }) => ({ path, code, detail })),
  };
}
