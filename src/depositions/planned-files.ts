import { type FieldFault, Problem } from '../errors.js';
import type { FoundFile } from '../metadata/publishable.js';
import { checkPath, nameKey } from '../uploads/file-names.js';
import { planFiles } from '../uploads/intake/layout.js';

/** The files that a caller means to send, as an upload would put them on the draft, and what an upload would refuse. */
export interface Plan {
  files: FoundFile[];
  problems: FieldFault[];
}

/** Reads `[{name, size}]`, `[name]` or `{name: size}`: folders become zips, as in an upload. */
export function planUpload(value: unknown): Plan {
  const problems: FieldFault[] = [];
  const sizes = new Map<string, number | undefined>();
  const spellings = new Map<string, string>();
  for (const { name, size } of readFiles(value)) {
    const twin = spellings.get(nameKey(name));
    const fault = twin === undefined ? pathFault(name) : twinFault(name, twin);
    spellings.set(nameKey(name), twin ?? name);
    if (fault === null) sizes.set(name, size);
    else problems.push({ field: `files.${name}`, message: fault });
  }
  try {
    const files = planFiles([...sizes.keys()], 'zip').map(({ name, entries, paths }) => {
      const known = paths.map((path) => sizes.get(path));
      const sum = known.every((size) => size !== undefined) ? known.reduce((a, b) => a + b, 0) : undefined;
      // A zip of empty files is not empty.
      return { name, size: entries !== null && sum === 0 ? undefined : sum };
    });
    return { files, problems };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const faults = (error.members.errors ?? []).map(({ field, message }) => ({
      field: `files.${field}`,
      message,
    }));
    return {
      files: [...sizes].map(([name, size]) => ({ name, size })),
      problems: [...problems, ...faults],
    };
  }
}

/** Names that differ from one on the draft in case or composition only: an upload takes them, a reader's file system may not. */
export function alikeOnDraft(planned: FoundFile[], present: FoundFile[]): string[] {
  const there = new Map(present.map(({ name }) => [nameKey(name), name]));
  return planned.flatMap(({ name }) => {
    const twin = there.get(nameKey(name));
    return twin === undefined || twin === name
      ? []
      : [`files.${name}: the draft has ${twin}; on many systems the two are one file.`];
  });
}

function readFiles(value: unknown): FoundFile[] {
  if (Array.isArray(value)) {
    return value.flatMap((item) => {
      if (typeof item === 'string') return [{ name: item }];
      if (typeof item !== 'object' || item === null) return [];
      const { name, filename, size } = item as { name?: unknown; filename?: unknown; size?: unknown };
      return [{ name: String(name ?? filename ?? ''), size: readSize(size) }];
    });
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).map(([name, size]) => ({ name, size: readSize(size) }));
}

function readSize(value: unknown): number | undefined {
  if (typeof value === 'string' && /^\d+$/.test(value)) return Number(value);
  return typeof value === 'number' ? value : undefined;
}

function pathFault(name: string): string | null {
  try {
    checkPath(name);
    return null;
  } catch (error) {
    if (error instanceof Problem) return error.detail;
    throw error;
  }
}

function twinFault(name: string, twin: string): string {
  return twin === name ? 'is there twice' : `is the same as ${twin} on many systems: rename one`;
}
