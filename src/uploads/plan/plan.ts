import type { StagedPart } from '../model.js';
import { isDesktopFile } from './desktop-files.js';
import { checkDistinct } from './file-names.js';
import {
  type ArchiveMode,
  type LayoutFault,
  layOut,
  type PlannedFile,
  pathOf,
  refuseFileAsFolder,
  without,
} from './layout.js';
import { checkPaths, lengthOfPaths, refuseEmpty } from './limits.js';
import { zipSize } from './zip-layout.js';

/** A file that a caller means to send. */
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

/** A file as it will stand on Zenodo, with its length there in bytes. */
export interface SizedFile extends PlannedFile {
  size: number;
  /** What a zip holds; null for a file that goes as it is. */
  parts: Part[] | null;
}

/** What an upload of these files makes of them. */
interface UploadPlan {
  files: SizedFile[];
  /** Paths that are not sent, because desktops made them. */
  leftOut: string[];
  faults: LayoutFault[];
}

/** How files are treated. */
export interface PlanOptions {
  archive: ArchiveMode;
  /** A directory that is removed from all paths; without it the one that all share. */
  prefix?: string;
  /** Folders whose zips are on the draft. */
  folders?: readonly string[];
  /** Whether files that desktops made are left out. */
  withoutDesktopFiles?: boolean;
}

/**
 * Plans an upload. Pure: what is on the draft, and limits, are looked at by those who know them.
 */
export function planUpload(
  files: readonly FileToSend[],
  { archive, prefix, folders, withoutDesktopFiles = false }: PlanOptions,
): UploadPlan {
  const sizes = new Map(files.map(({ path, size }) => [path, size]));
  const all = files.map(({ path }) => path);
  const leftOut = withoutDesktopFiles ? all.filter(isDesktopFile) : [];
  const meant = withoutDesktopFiles ? all.filter((path) => !isDesktopFile(path)) : all;
  const { files: planned, faults } = layOut(meant, archive, prefix, folders);
  without(faults, [lengthOfPaths(meant)], () => null, [checkPaths]);
  const sized = planned.map((file) => sizedFile(file, sizes));
  const sendable = without(faults, sized, pathOf, [
    ({ entries, name, size, paths }) => entries === null && refuseEmpty(paths[0] ?? name, size),
  ]);
  return { files: sendable, leftOut, faults };
}

/**
 * Plans an upload whose files must all be good: throws the first fault. A task of the worker pool,
 * as are the others below.
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
 * What a zip holds if `fresh` parts join those of an earlier one: a fresh part takes the place of
 * an earlier one of its name. Throws duplicate_file_name if the two do not fit together,
 * too_many_files if they would be too long to be told.
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

/** Like `mergeParts`, of parts whose bytes are known. */
export function mergeStaged(fresh: readonly StagedPart[], earlier: readonly StagedPart[]) {
  return mergeParts(fresh, earlier);
}

/**
 * How long the zip will be in which these parts are joined, in bytes, and how many earlier ones it
 * keeps. Throws duplicate_file_name.
 */
export function previewMerge(
  fresh: readonly Part[],
  earlier: readonly Part[],
): { size: number; keeps: number } {
  const { kept, merged } = mergeParts(fresh, earlier);
  return { size: zipSize(merged), keeps: kept.length };
}
