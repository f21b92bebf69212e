import { execFileSync } from 'node:child_process';
import { chmod, cp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { licences } from './licences.js';

/**
 * Builds the package into `dist/` (or the given folder): the bundles, the types, the assets of the
 * window, and the licences of the packages inside. It is bundled because it is installed into other
 * people's test suites: 4 MB in a few files instead of 30 MB in thousands, and none of them needs a
 * newer Node.js than the mock itself. Only typebox stays outside, because the types refer to it,
 * and Testcontainers, which few have.
 */
const here = import.meta.dirname;
const out = process.argv[2] ?? join(here, 'dist');

await rm(out, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: ['index.ts', 'cli.ts', 'testcontainers.ts'].map((name) => join(here, name)),
  outdir: out,
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  external: ['typebox', 'testcontainers'],
  legalComments: 'none',
  metafile: true,
  absWorkingDir: here,
  banner: {
    // Bundled CommonJS modules still use `require` for Node's own modules.
    js: "import { createRequire as createNodeRequire } from 'node:module';\nconst require = createNodeRequire(import.meta.url);",
  },
});
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
execFileSync(process.execPath, [tsc, '-p', join(here, 'tsconfig.build.json'), '--outDir', out], {
  stdio: 'inherit',
});
await cp(join(here, 'window/assets'), join(out, 'assets'), { recursive: true });
await cp(join(here, 'impersonate/shims'), join(out, 'shims'), { recursive: true });
await chmod(join(out, 'cli.js'), 0o755);
await writeFile(join(out, 'THIRD-PARTY-LICENSES'), await licences(here, Object.keys(metafile.inputs)));
