import { chmod, cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import { licences } from '../mock-zenodo/licences.js';

/**
 * Builds `dist/` (or the folder given): every program of the service, with all packages it needs inside. Bundled so that
 * it starts with 80 files instead of 2,400, installs without other packages, and asks for no newer Node than it needs
 * itself. Source maps lie apart, in `dist-maps/`: the programs start faster and are installed smaller without them.
 */
const root = join(import.meta.dirname, '..');
const out = process.argv[2] ?? join(root, 'dist');
const PROGRAMS = ['cli', 'start', 'connections', 'drafts', 'rotate-keys', 'doctor'];

const maps = `${out}-maps`;
for (const folder of [out, maps]) await rm(folder, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: [
    { in: 'src/server.ts', out: 'src/server' },
    // Threads begin in a file of their own, beside the code that starts them.
    { in: 'src/worker-pool/worker.ts', out: 'src/worker' },
    ...PROGRAMS.map((name) => ({ in: `scripts/${name}.ts`, out: `scripts/${name}` })),
  ],
  absWorkingDir: root,
  outbase: root,
  outdir: out,
  // As deep as the entries: files beside the code are found by the same relative path.
  chunkNames: 'src/[name]-[hash]',
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  external: ['pg-native'],
  sourcemap: 'external',
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  banner: {
    // Bundled CommonJS modules still ask for Node's own by `require`, and for their folder.
    js: [
      "import { createRequire as createNodeRequire } from 'node:module';",
      'const require = createNodeRequire(import.meta.url);',
      'const __filename = import.meta.filename;',
      'const __dirname = import.meta.dirname;',
    ].join('\n'),
  },
});
await mkdir(maps, { recursive: true });
for (const file of Object.keys(metafile.outputs)) {
  if (file.endsWith('.map')) await rename(join(root, file), join(maps, basename(file)));
}
// The reference page's files are looked for beside the code, and one folder up.
const page = join(
  dirname(createRequire(import.meta.url).resolve('@fastify/swagger-ui/package.json')),
  'static',
);
await cp(page, join(out, 'src/static'), { recursive: true });
await cp(page, join(out, 'static'), { recursive: true });
await cp(join(root, 'mock-zenodo/window/assets'), join(out, 'src/assets'), { recursive: true });
await cp(join(root, 'mock-zenodo/impersonate/shims'), join(out, 'src/shims'), { recursive: true });
await chmod(join(out, 'scripts/cli.js'), 0o755);
await writeFile(join(out, 'THIRD-PARTY-LICENSES'), await licences(root, Object.keys(metafile.inputs)));
