import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Next to the code of a release. */
const BUNDLED = 'upload-page.js';

/** The page's script: the bundle of the release or, without a release, of the sources. */
export async function pageScript(): Promise<string> {
  const built = await readFile(join(import.meta.dirname, BUNDLED), 'utf8').catch(() => null);
  return built ?? (await bundlePage(join(import.meta.dirname, '../..'))).text;
}

/** Bundles the script from the sources in `root`, and lists the bundled files. */
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
