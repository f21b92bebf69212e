import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';
import { licences } from '../mock-zenodo/licences.js';
import { bundlePage } from '../src/page/script.js';

/**
 * Builds `dist/` (or the given folder): every program of the service, with all the packages it
 * needs. Bundling makes it start from 80 files instead of 2,400, install without other packages,
 * and need no newer Node.js than its own code does. Source maps go to `dist-maps/`: without them,
 * the programs start faster and the package is smaller.
 */
const root = join(import.meta.dirname, '..');
const out = process.argv[2] ?? join(root, 'dist');
const PROGRAMS = [
  'cli',
  'start',
  'now',
  'uploads',
  'connections',
  'drafts',
  'webhooks',
  'rotate-keys',
  'doctor',
];

const maps = `${out}-maps`;
const kept = new Set<string>();
const { metafile, outputFiles } = await build({
  entryPoints: [
    'mock-zenodo/cli.ts',
    { in: 'src/server.ts', out: 'src/server' },
    // Threads start in a file of their own, beside the code that starts them.
    { in: 'src/thread-pool/thread.ts', out: 'src/thread' },
    ...PROGRAMS.map((name) => ({ in: `scripts/${name}.ts`, out: `scripts/${name}` })),
  ],
  absWorkingDir: root,
  outbase: root,
  outdir: out,
  // As deep as the entries, so that files beside the code have the same relative path.
  chunkNames: 'src/[name]-[hash]',
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  // The upload page is bundled only where there are sources.
  external: ['pg-native', 'esbuild'],
  sourcemap: 'external',
  legalComments: 'none',
  metafile: true,
  write: false,
  logLevel: 'warning',
  banner: {
    // Bundled CommonJS modules still use `require` for Node's own modules, and `__dirname`.
    js: [
      "import { createRequire as createNodeRequire } from 'node:module';",
      'const require = createNodeRequire(import.meta.url);',
      'const __filename = import.meta.filename;',
      'const __dirname = import.meta.dirname;',
    ].join('\n'),
  },
});
for (const { path, contents } of outputFiles) {
  await put(path.endsWith('.map') ? join(maps, relative(out, path)) : path, contents);
}
const page = await bundlePage(root);
await put(join(out, 'src/upload-page.js'), Buffer.from(page.text));
// The files of the reference page are looked up beside the code, and one folder up.
const swagger = createRequire(import.meta.url).resolve('@fastify/swagger-ui/package.json');
for (const [from, to] of [
  [join(dirname(swagger), 'static'), 'src/static'],
  [join(dirname(swagger), 'static'), 'static'],
  [join(root, 'mock-zenodo/window/assets'), 'src/assets'],
  [join(root, 'mock-zenodo/impersonate/shims'), 'src/shims'],
] as const) {
  for (const file of await readdir(from, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const path = join(file.parentPath, file.name);
    await put(join(out, to, relative(from, path)), await readFile(path));
  }
}
await chmod(join(out, 'scripts/cli.js'), 0o755);
await put(
  join(out, 'THIRD-PARTY-LICENSES'),
  Buffer.from(await licences(root, [...Object.keys(metafile.inputs), ...page.inputs])),
);
for (const folder of [out, maps]) {
  for (const file of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(file.parentPath, file.name);
    if (file.isFile() && !kept.has(path)) await rm(path);
  }
}

/**
 * Writes a file only if its content changes, and in one step: programs may be running from the
 * folder.
 */
async function put(path: string, contents: Uint8Array): Promise<void> {
  kept.add(path);
  const before = await readFile(path).catch(() => null);
  if (before?.equals(contents)) return;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, contents);
  await rename(`${path}.new`, path);
}
