import { problem } from '../../errors.js';
import type { UploadsContext } from '../context.js';
import { quoted } from '../plan/file-names.js';
import type { ArchiveMode, PlannedFile } from '../plan/layout.js';
import type { Coming } from '../plan/limits.js';

/** What is announced of a file before its bytes. */
export interface Announced {
  size?: number | undefined;
  /** Hex. */
  md5?: string | undefined;
}

/** Files that an error names at most. */
const MOST_NAMED = 100;

/**
 * What a caller said about the files before they came. With the sizes of all of them, what becomes
 * of each is known beforehand.
 */
export function createAnnounced({ planWhole }: Pick<UploadsContext, 'planWhole'>) {
  let announced: ReadonlyMap<string, Announced> = new Map();
  const plan = new Map<string, PlannedFile>();

  return {
    /**
     * `folders`: those whose zips are on the draft. Throws what is wrong with the names, or
     * empty_file.
     */
    async announce(
      files: ReadonlyMap<string, Announced>,
      archive: ArchiveMode,
      folders: readonly string[],
    ): Promise<void> {
      announced = files;
      const sized = [...files].flatMap(([path, { size }]) => (size === undefined ? [] : [{ path, size }]));
      for (const file of await planWhole(sized, { archive, folders }))
        for (const path of file.paths) plan.set(path, file);
    },

    /** Whether all files were announced. */
    areComplete: () => plan.size > 0,

    of: (path: string): Announced => announced.get(path) ?? {},

    /**
     * The name of a file that goes to Zenodo as it is; null for one that goes into a zip, or if
     * that is not certain yet.
     */
    nameOf(path: string): string | null {
      // Without a directory there is no common one to be removed.
      if (plan.size === 0) return path.includes('/') ? null : path;
      const planned = plan.get(path);
      return planned?.entries === null ? planned.name : null;
    },

    /** What is to stand on the draft, as far as it was announced. */
    coming(): Coming[] {
      return [...new Set(plan.values())].map(({ name, paths }) => ({
        name,
        size: paths.reduce((sum, path) => sum + (announced.get(path)?.size ?? 0), 0),
      }));
    },

    /** Throws invalid_request for a file that a list of all files leaves out. */
    refuseUnannounced(path: string): void {
      if (plan.size === 0 || plan.has(path)) return;
      throw problem('invalid_request', `The field sizes does not name the file ${quoted(path)}.`, {
        errors: [{ field: 'sizes', file: path, message: `does not name ${quoted(path)}` }],
      });
    },

    /** Throws size_mismatch if something was announced but not sent. */
    refuseMissing(came: ReadonlySet<string>): void {
      const missing = [...plan.keys()].filter((path) => !came.has(path));
      if (missing.length === 0) return;
      const errors = missing.slice(0, MOST_NAMED).map((path) => ({
        field: 'sizes',
        file: path,
        message: 'was announced but not sent',
      }));
      throw problem(
        'size_mismatch',
        `The field sizes names files that were not sent: ${quoted(missing.slice(0, MOST_NAMED).join(', '))}.`,
        { errors },
      );
    },
  };
}
