import type { StagedPart } from '../model.js';
import { isDesktopFile } from './desktop-files.js';
import { checkDistinct } from './file-names.js';
import {
  type ArchiveMode,
  type DraftBefore,
  type LayoutFault,
  layOut,
  type PlannedFile,
  pathOf,
  refuseFileAsFolder,
  without,
} from './folders-to-zips.js';
import { checkPaths, lengthOfPaths, refuseEmpty } from './limits.js';
import { zipSize } from './zip-layout.js';

/** A file that a caller wants to send. */
export interface FileToSend {
  /** With its folders. */
  path: string;
  /** Bytes. */
  size: number;
}

/** A part of a zip. */
export interface Part {
  entry: string;
  path: string;
  /** Bytes. */
  size: number;
}

/** A file as it will be at Zenodo, with its size in bytes. */
export interface SizedFile extends PlannedFile {
  size: number;
  /** The parts of a zip; null for a file sent as it is. */
  parts: Part[] | null;
}

/** The plan of an upload. */
interface UploadPlan {
  files: SizedFile[];
  /** Paths of desktop files, which are not sent. */
  leftOut: string[];
  faults: LayoutFault[];
}

/** How files are treated. */
export interface PlanOptions {
  archive: ArchiveMode;
  /** A folder that is removed from all paths. By default it is the one that all share. */
  prefix?: string;
  draft?: DraftBefore;
  /** Whether desktop files are left out. */
  withoutDesktopFiles?: boolean;
}

/** Plans an upload. This is a pure function: its callers check limits, and what is on the draft. */
export function planUpload(
  files: readonly FileToSend[],
  { archive, prefix, draft, withoutDesktopFiles = false }: PlanOptions,
): UploadPlan {
  const sizes = new Map(files.map(({ path, size }) => [path, size]));
  const all = files.map(({ path }) => path);
  const leftOut = withoutDesktopFiles ? all.filter(isDesktopFile) : [];
  const meant = withoutDesktopFiles ? all.filter((path) => !isDesktopFile(path)) : all;
  const { files: planned, faults } = layOut(meant, archive, prefix, draft);
  without(faults, [lengthOfPaths(meant)], () => null, [checkPaths]);
  const sized = planned.map((file) => sizedFile(file, sizes));
  const sendable = without(faults, sized, pathOf, [
    ({ entries, name, size, paths }) => entries === null && refuseEmpty(paths[0] ?? name, size),
  ]);
  return { files: sendable, leftOut, faults };
}

/**
 * Plans an upload whose files must all be valid: throws the first fault. A task of the thread pool,
 * like the functions below.
 */
export function planWhole(files: readonly FileToSend[], options: PlanOptions): SizedFile[] {
  const { files: planned, faults } = planUpload(files, options);
  if (faults[0] !== undefined) throw faults[0].fault;
  return planned;
}

function sizedFile(file: PlannedFile, sizes: ReadonlyMap<string, number>): SizedFile {
  const sizeOf = (path: string) => sizes.get(path) ?? 0;
  const parts = file.entries?.map((one) => ({ ...one, size: sizeOf(one.path) })) ?? null;
  const size = parts === null ? sizeOf(file.paths[0] ?? file.name) : zipSize(parts);
  return { ...file, size, parts };
}

/**
 * Merges `fresh` parts into those of an earlier zip. A fresh part replaces an earlier one of the
 * same name. Throws duplicate_file_name if a file conflicts with a folder, and too_many_files if
 * the paths are too long together.
 */
function mergeParts<T extends Part>(fresh: readonly T[], earlier: readonly T[]): { kept: T[]; merged: T[] } {
  const brought = new Set(fresh.map(({ entry }) => entry));
  const kept = earlier.filter(({ entry }) => !brought.has(entry));
  const merged = [...fresh, ...kept].sort((a, b) => (a.entry < b.entry ? -1 : 1));
  checkPaths(lengthOfPaths(merged.map(({ entry }) => entry)));
  checkDistinct(merged.map(({ entry }) => entry));
  refuseFileAsFolder(merged);
  return { kept, merged };
}

/** Like `mergeParts`, for staged parts. */
export function mergeStaged(fresh: readonly StagedPart[], earlier: readonly StagedPart[]) {
  return mergeParts(fresh, earlier);
}

/**
 * The size of the merged zip in bytes, and how many earlier parts it keeps. Throws
 * duplicate_file_name.
 */
export function previewMerge(
  fresh: readonly Part[],
  earlier: readonly Part[],
): { size: number; keeps: number } {
  const { kept, merged } = mergeParts(fresh, earlier);
  return { size: zipSize(merged), keeps: kept.length };
}
