import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The repository. */
const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Every folder of the repository that contains code. */
const FOLDERS = ['bench', 'contract', 'examples', 'mock-zenodo', 'scripts', 'src', 'test', 'tools'];

/**
 * The address of a code file, relative to the file that names it. Everything else that
 * `import.meta.url` leads to is data.
 */
const CODE = /\bnew URL\(\s*(['"`])([^'"`\n]+\.js)\1,\s*import\.meta\.url\s*\)/g;

/** Compiling more files than this takes a moment, so a message says so. */
const MANY = 100;

/** The key in the stamp, among the paths, for what determines the compiled code. */
const RULE = '(rule)';

/**
 * Compiles what changed since the last time into `.build/`, a mirror of the repository with plain
 * JavaScript; returns how many files that were. A file is unchanged while its inode, size and time
 * of change are. In a compiled file `import.meta.url` is the address of its source, so that it
 * finds the data beside it; only addresses that end in `.js` lead to compiled files. See
 * docs/adr/0009-compiled-once.md.
 * @param {string} root
 */
export async function compile(root = ROOT) {
  const out = join(root, '.build');
  const stamp = join(out, 'stamp.json');
  const [now, last] = await Promise.all([states(root), readFile(stamp, 'utf8').catch(() => '{}')]);
  /** @type {Record<string, string>} */
  const known = JSON.parse(last);
  // The same sources become other code in another place, or with another compiler or other rules.
  const before = known[RULE] === now[RULE] ? known : {};
  const changed = Object.keys(now).filter((path) => path !== RULE && before[path] !== now[path]);
  const gone = Object.keys(known).filter((path) => !(path in now));
  if (changed.length === 0 && gone.length === 0) return 0;
  if (changed.length > MANY) process.stderr.write(`compiling ${changed.length} files …\n`);
  const { transform } = changed.length === 0 ? { transform: undefined } : await import('esbuild');
  await Promise.all(gone.map((path) => rm(join(out, compiledName(path)), { force: true })));
  await Promise.all(
    changed.map(async (path) => {
      const source = await readFile(join(root, path), 'utf8');
      const code = path.endsWith('.json')
        ? source
        : await javascript(transform, join(root, path), source, join(out, compiledName(path)));
      await replace(join(out, compiledName(path)), code);
    }),
  );
  await replace(stamp, JSON.stringify(now));
  return changed.length;
}

/** @param {string} path */
function compiledName(path) {
  return path.replace(/\.ts$/, '.js');
}

/**
 * @param {typeof import('esbuild').transform | undefined} transform
 * @param {string} path
 * @param {string} source
 * @param {string} compiled
 */
async function javascript(transform, path, source, compiled) {
  if (transform === undefined) throw new Error('there is no compiler');
  const { href } = pathToFileURL(path);
  const marked = source.replace(
    CODE,
    (_, quote, name) => `new URL(${quote}${name}${quote}, import.meta.code)`,
  );
  const { code } = await transform(marked, {
    loader: 'ts',
    format: 'esm',
    target: 'node20.19',
    define: {
      'import.meta.url': JSON.stringify(href),
      'import.meta.dirname': JSON.stringify(dirname(path)),
      'import.meta.filename': JSON.stringify(path),
      'import.meta.code': JSON.stringify(pathToFileURL(compiled).href),
    },
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    sourcemap: 'inline',
    sourcesContent: false,
    sourcefile: href,
  });
  return code;
}

/**
 * What identifies the state of every file that is compiled, or imported as data, by its path.
 * @param {string} root
 */
async function states(root) {
  const found = await Promise.all(
    FOLDERS.map(async (folder) => {
      const entries = await readdir(join(root, folder), { recursive: true }).catch(() => []);
      return entries
        .filter((name) => /(?<!\.d)\.ts$|\.json$/.test(name) && !/(^|\/)(dist|node_modules)\//.test(name))
        .map((name) => join(folder, name));
    }),
  );
  const entries = await Promise.all(
    found.flat().map(async (path) => {
      const { ino, size, ctimeMs } = await stat(join(root, path));
      return [path, `${ino} ${size} ${ctimeMs}`];
    }),
  );
  const makers = await Promise.all(
    [import.meta.url, import.meta.resolve('esbuild')].map((url) => stat(new URL(url))),
  );
  const rule = [root, ...makers.map(({ ino, ctimeMs }) => `${ino} ${ctimeMs}`)].join(' ');
  return { ...Object.fromEntries(entries), [RULE]: rule };
}

/**
 * Writes a file in one step, because others may be reading it.
 * @param {string} path
 * @param {string} text
 */
async function replace(path, text) {
  await mkdir(dirname(path), { recursive: true });
  const fresh = `${path}.${randomUUID()}`;
  await writeFile(fresh, text);
  await rename(fresh, path);
}
