import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Beside the code of a release. */
const BUNDLED = 'upload-page.js';

/**
 * The page's script as browsers get it: built with the release, or now from its sources where there
 * is no release.
 */
export async function pageScript(): Promise<string> {
  const built = await readFile(join(import.meta.dirname, BUNDLED), 'utf8').catch(() => null);
  return built ?? (await bundlePage(join(import.meta.dirname, '../..'))).text;
}

/** Bundles the script from the sources in `root`; also names the files that went into it. */
export async function bundlePage(root: string): Promise<{ text: string; inputs: string[] }> {
  const { build } = await import('esbuild');
  const { outputFiles, metafile } = await build({
    entryPoints: ['src/page/browser/main.ts'],
    absWorkingDir: root,
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'iife',
    platform: 'browser',
    target: ['chrome109', 'firefox115', 'safari16'],
    legalComments: 'none',
    logLevel: 'warning',
  });
  return { text: outputFiles[0]?.text ?? '', inputs: Object.keys(metafile.inputs) };
}
