import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The licence texts of the packages that `inputs` come from. The inputs are paths below `folder`,
 * as in esbuild's metafile.
 */
export async function licences(folder: string, inputs: readonly string[]): Promise<string> {
  const packages = inputs.flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []);
  const texts = [...new Set(packages)].sort().map(async (path) => {
    const at = join(folder, path);
    const { name, version, license } = JSON.parse(await readFile(join(at, 'package.json'), 'utf8'));
    const file = (await readdir(at)).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file === undefined ? '' : await readFile(join(at, file), 'utf8');
    return `${name} ${version} (${license})\n\n${text.trim()}\n`;
  });
  return (await Promise.all(texts)).join(`\n${'-'.repeat(80)}\n\n`);
}
