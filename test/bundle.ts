import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { compiled } from './process.js';

/**
 * Names the folder that test/run.ts made for this run. A test file started on its own makes one.
 */
export const BUNDLE_VARIABLE = 'TEST_BUNDLE_FOLDER';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** How long others wait for the one that builds, in milliseconds. */
const PATIENCE = 180_000;

let known: Promise<string> | undefined;

/**
 * A program of the package as users get it (`src/server.js`, `scripts/cli.js`), built once in a run
 * of the tests: it starts in half the time that the same sources take, and is what must work.
 */
export async function bundled(program: string): Promise<string> {
  known ??= ownFolder().then(builtOnce);
  return join(await known, program);
}

async function ownFolder(): Promise<string> {
  const given = process.env[BUNDLE_VARIABLE];
  if (given) return given;
  // Inside the project, where the bundle finds its dependencies.
  await mkdir(join(ROOT, '.build'), { recursive: true });
  const made = await mkdtemp(join(ROOT, '.build/bundle-'));
  process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  return made;
}

async function builtOnce(folder: string): Promise<string> {
  const [out, ended] = [join(folder, 'dist'), join(folder, 'ended')];
  // The first to make the folder builds: test files run in processes of their own.
  const first = await mkdir(join(folder, 'begun')).then(
    () => true,
    () => false,
  );
  if (first) {
    // What the package holds beside the code.
    for (const name of ['package.json', 'prisma']) await symlink(join(ROOT, name), join(folder, name));
    const fault = await promisify(execFile)(process.execPath, [...compiled('scripts/build.ts'), out]).then(
      () => '',
      (error: unknown) => String(error),
    );
    await writeFile(ended, fault);
  }
  for (const until = Date.now() + PATIENCE; Date.now() < until; ) {
    const fault = await readFile(ended, 'utf8').catch(() => null);
    if (fault === '') return out;
    if (fault !== null) throw new Error(fault);
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`${out} was not built in ${PATIENCE / 1000} s`);
}
