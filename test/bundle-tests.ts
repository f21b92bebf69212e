import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, stop } from 'esbuild';

const COMPILED = fileURLToPath(new URL('../.build/', import.meta.url));

/**
 * Packages that stay where they are: tap, which must be one in a process; those that find files
 * beside their code, hold programs, or are optional; and large ones that few tests use.
 */
const EXTERNAL = [
  'tap',
  'pg-native',
  'esbuild',
  'typescript',
  'playwright-core',
  'testcontainers',
  'cpu-features',
  'ssh2',
  '@fastify/swagger-ui',
  '@action-validator/core',
  '@redocly/*',
  '@biomejs/*',
];

/** What bundled CommonJS modules still ask for. */
const COMMON_JS = [
  "import { createRequire as createNodeRequire } from 'node:module';",
  'const require = createNodeRequire(import.meta.url);',
  'const __filename = import.meta.filename;',
  'const __dirname = import.meta.dirname;',
].join('\n');

/** What tests start as processes of their own, besides the package as users get it. */
const PROGRAMS = [
  'bench/run.ts',
  'bench/soak.ts',
  'contract/run.ts',
  'mock-zenodo/cli.ts',
  'scripts/connections.ts',
  'scripts/demo.ts',
  'scripts/doctor.ts',
  'scripts/drafts.ts',
  'scripts/now.ts',
  'scripts/python-errors.ts',
  'scripts/readme.ts',
  'scripts/start.ts',
  'scripts/uploads.ts',
  'scripts/webhooks.ts',
  'src/server.ts',
  'test/watch-this-process.ts',
];

/**
 * Bundles compiled test files (paths in the repository that end in .ts), and the programs that they
 * start, into a folder, so that each process opens a few files instead of 2,400: to import the
 * service and the mock costs 0.8 CPU seconds instead of 2. What several files need is in it once.
 */
export async function bundleTests(files: readonly string[], out: string): Promise<void> {
  await build({
    entryPoints: [...files, ...PROGRAMS].map((file) => {
      const name = file.replace(/\.ts$/, '');
      return { in: join(COMPILED, `${name}.js`), out: name };
    }),
    outdir: out,
    chunkNames: 'shared/[name]-[hash]',
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    external: EXTERNAL,
    sourcemap: 'linked',
    sourcesContent: false,
    banner: { js: COMMON_JS },
    logLevel: 'error',
  });
  // Its process would keep half a gigabyte for as long as the tests run.
  await stop();
}
