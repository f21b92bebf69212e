import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';
import { licences } from '../mock-zenodo/licences.js';
import { bundlePage } from '../src/page/script.js';

/**
 * Builds `dist/` (or the folder given): every program of the service, with all packages it needs
 * inside. Bundled so that it starts with 80 files instead of 2,400, installs without other
 * packages, and asks for no newer Node than it needs itself. Source maps lie apart, in
 * `dist-maps/`: the programs start faster and are installed smaller without them.
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
    // Threads begin in a file of their own, beside the code that starts them.
    { in: 'src/thread-pool/thread.ts', out: 'src/thread' },
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
  // What bundles the upload page is needed where there are sources.
  external: ['pg-native', 'esbuild'],
  sourcemap: 'external',
  legalComments: 'none',
  metafile: true,
  write: false,
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
for (const { path, contents } of outputFiles) {
  await put(path.endsWith('.map') ? join(maps, relative(out, path)) : path, contents);
}
const page = await bundlePage(root);
await put(join(out, 'src/upload-page.js'), Buffer.from(page.text));
// The reference page's files are looked for beside the code, and one folder up.
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
 * Writes a file only if it is another than the one that is there, and all of it at once: programs
 * may run from the folder.
 */
async function put(path: string, contents: Uint8Array): Promise<void> {
  kept.add(path);
  const before = await readFile(path).catch(() => null);
  if (before?.equals(contents)) return;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, contents);
  await rename(`${path}.new`, path);
}
