import { problem } from '../../errors.js';
import { quoted } from '../plan/file-names.js';
import type { ArchiveMode, DraftBefore, PlannedFile } from '../plan/folders-to-zips.js';
import { type Coming, MAX_FILES } from '../plan/limits.js';
import type { FileToSend, PlanOptions } from '../plan/plan.js';

/** What the caller announces about a file before its bytes. */
export interface Announced {
  size?: number | undefined;
  /** Hexadecimal. */
  md5?: string | undefined;
}

/** Content-MD5 is base64 (RFC 1864); many write it in hexadecimal. */
export function md5InHex(md5: string): string {
  return md5.length === 32 ? md5.toLowerCase() : Buffer.from(md5, 'base64').toString('hex');
}

/** The problem for sizes of more files than a form can have. */
export function tooManySizes() {
  return problem(
    'too_many_files',
    `The field sizes names more than ${MAX_FILES} files. Send the rest in another form.`,
  );
}

/** Files named in one error. */
const MAX_NAMED = 100;

/**
 * What a caller announced about the files. With the sizes of all of them, the plan is known before
 * their bytes arrive.
 */
export function createAnnounced(
  planWhole: (files: readonly FileToSend[], options: PlanOptions) => Promise<PlannedFile[]>,
) {
  let announced: ReadonlyMap<string, Announced> = new Map();
  const plan = new Map<string, PlannedFile>();

  return {
    /** Throws for invalid names, too many, or empty_file. */
    async announce(
      files: ReadonlyMap<string, Announced>,
      archive: ArchiveMode,
      draft?: DraftBefore,
    ): Promise<void> {
      announced = files;
      const sized = [...files].flatMap(([path, { size }]) => (size === undefined ? [] : [{ path, size }]));
      if (sized.length > MAX_FILES) throw tooManySizes();
      for (const file of await planWhole(sized, { archive, ...(draft && { draft }) }))
        for (const path of file.paths) plan.set(path, file);
    },

    /** Whether all files were announced. */
    areComplete: () => plan.size > 0,

    of: (path: string): Announced => announced.get(path) ?? {},

    /**
     * The name at Zenodo of a file that is sent as it is. Null if it becomes part of a zip, or if
     * its name is not certain yet.
     */
    nameOf(path: string): string | null {
      // A file without a folder shares no common folder with others, so its name is certain.
      if (plan.size === 0) return path.includes('/') ? null : path;
      const planned = plan.get(path);
      return planned?.entries === null ? planned.name : null;
    },

    /** The files of the draft, as far as they were announced. */
    coming(): Coming[] {
      return [...new Set(plan.values())].map(({ name, paths }) => ({
        name,
        size: paths.reduce((sum, path) => sum + (announced.get(path)?.size ?? 0), 0),
      }));
    },

    /** Throws invalid_request for a file that a complete list does not contain. */
    refuseUnannounced(path: string): void {
      if (plan.size === 0 || plan.has(path)) return;
      throw problem('invalid_request', `The field sizes does not name the file ${quoted(path)}.`, {
        errors: [{ field: 'sizes', file: path, message: `does not name ${quoted(path)}` }],
      });
    },

    /** Throws size_mismatch if an announced file was not sent. */
    refuseMissing(came: ReadonlySet<string>): void {
      const missing = [...plan.keys()].filter((path) => !came.has(path));
      if (missing.length === 0) return;
      const errors = missing.slice(0, MAX_NAMED).map((path) => ({
        field: 'sizes',
        file: path,
        message: 'was announced but not sent',
      }));
      throw problem(
        'size_mismatch',
        `The field sizes names files that were not sent: ${quoted(missing.slice(0, MAX_NAMED).join(', '))}.`,
        { errors },
      );
    },
  };
}
