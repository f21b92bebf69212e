import type { UploadLimits } from '../config.js';
import type { ErrorCode } from '../errors.js';
import type { ArchiveMode } from '../uploads/plan/layout.js';
import { pathOf, without } from '../uploads/plan/layout.js';
import { checkFileSize } from '../uploads/plan/limits.js';
import { type FileToSend, type Part, planUpload } from '../uploads/plan/plan.js';

/** A file as it will stand on Zenodo, without what only its making needs. */
export interface PlannedForLink {
  name: string;
  /** Bytes. */
  size: number;
  zip: boolean;
  /** Files that it is made of. */
  count: number;
  /** As in a fault. */
  path: string;
  /** What a zip holds, if the draft has a file of its name. */
  parts: Part[] | null;
}

/** What becomes of the paths; faults as they go from one thread to another. */
interface PathsPlan {
  files: PlannedForLink[];
  leftOut: string[];
  faults: { path: string | null; code: ErrorCode; detail: string }[];
}

/** What the page's wishes and the draft say about the paths. */
interface PathsContext {
  archive: ArchiveMode;
  /** Names of the files on the draft. */
  there: readonly string[];
  limits: Pick<UploadLimits, 'fileBytes'>;
}

/** Plans 4 MB of paths, which takes seconds: a task of the worker pool. */
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
