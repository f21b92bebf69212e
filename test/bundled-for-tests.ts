import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Names the folder into which test/suite.ts bundles code for its run. */
export const CODE_VARIABLE = 'TEST_CODE_FOLDER';

/** Where a file (a path in the repository) was bundled to for this run; undefined if it was not. */
export function bundledForTests(file: string): string | undefined {
  const path = join(process.env[CODE_VARIABLE] ?? '', file.replace(/\.ts$/, '.js'));
  return existsSync(path) ? path : undefined;
}
