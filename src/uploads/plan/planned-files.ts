import type { FieldFault } from '../../errors.js';
import type { FoundFile } from '../../metadata/publish-rules.js';
import { nameKey } from './file-names.js';
import { layOut } from './folders-to-zips.js';

/**
 * The files that a caller plans to send, as an upload would name them, and what an upload would
 * refuse.
 */
export interface Plan {
  files: FoundFile[];
  problems: FieldFault[];
}

/**
 * Reads `[{name, size}]`, `[name]` or `{name: size}`. Folders become zips, as in an upload. `most`:
 * how many files a draft takes. A task of the thread pool.
 */
export function planGivenFiles(value: unknown, most: number): Plan {
  const files = readFiles(value);
  const sizes = new Map(files.map(({ name, size }) => [name, size]));
  const { files: planned, faults } = layOut(
    files.map(({ name }) => name),
    'zip',
    undefined,
    { most },
  );
  return {
    files: planned.map(({ name, entries, paths }) => {
      const known = paths.map((path) => sizes.get(path));
      const sum = known.every((size) => size !== undefined) ? known.reduce((a, b) => a + b, 0) : undefined;
      // A zip of empty files is not empty.
      return { name, size: entries !== null && sum === 0 ? undefined : sum };
    }),
    problems: faults.map(({ fault, path }) => ({ field: `files.${path}`, message: fault.detail })),
  };
}

/**
 * Names that differ from a file on the draft only in case or Unicode composition. An upload accepts
 * them, but a reader's file system may not.
 */
export function alikeOnDraft(planned: FoundFile[], present: FoundFile[]): string[] {
  const there = new Map(present.map(({ name }) => [nameKey(name), name]));
  return planned.flatMap(({ name }) => {
    const twin = there.get(nameKey(name));
    return twin === undefined || twin === name
      ? []
      : [`files.${name}: the draft has ${twin}; many systems treat both as the same file.`];
  });
}

function readFiles(value: unknown): FoundFile[] {
  if (Array.isArray(value)) {
    return value.flatMap((item) => {
      if (typeof item === 'string') return [{ name: item }];
      if (typeof item !== 'object' || item === null) return [];
      const { name, filename, size } = item as { name?: unknown; filename?: unknown; size?: unknown };
      const given = name ?? filename;
      return [{ name: typeof given === 'object' ? '' : String(given ?? ''), size: readSize(size) }];
    });
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).map(([name, size]) => ({ name, size: readSize(size) }));
}

function readSize(value: unknown): number | undefined {
  if (typeof value === 'string' && /^\d+$/.test(value)) return Number(value);
  return typeof value === 'number' ? value : undefined;
}
