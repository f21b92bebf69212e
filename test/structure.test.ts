import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { EnvironmentSchema } from '../src/environment.js';
import { documents, readDocument } from './blocks.js';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/**
 * The floors of `src`, from the ground up: a room imports from its own floor and from those below.
 */
const FLOORS = [
  ['.', 'user-messages', 'events/signature.ts'],
  ['schemas', 'metadata', 'database', 'zenodo', 'events/record-event.ts', 'joined-reads.ts'],
  ['upload-links/link-state.ts', 'upload-links/end-links.ts', 'upload-links/secret.ts'],
  ['connections', 'replicas.ts'],
  ['uploads/plan', 'uploads/model.ts', 'uploads/timings.ts', 'uploads/manifests.ts'],
  ['uploads/rows', 'upload-links/link-use.ts'],
  ['uploads/staging'],
  [
    'uploads/failures.ts',
    'uploads/outgoing-file.ts',
    'uploads/progress.ts',
    'uploads/speed.ts',
    'uploads/waiting-files.ts',
    'uploads/leases.ts',
    'uploads/unauthenticated-bytes.ts',
  ],
  ['uploads/context.ts'],
  ['uploads/transfer'],
  ['uploads/worker'],
  ['uploads/intake'],
  ['uploads/tus'],
  ['uploads/queue'],
  ['uploads', 'upload-links/plan-paths.ts'],
  ['events', 'thread-pool'],
  ['depositions', 'upload-links'],
  ['plugins', 'raw-errors.ts', 'log.ts', 'gauges.ts'],
  ['page'],
  ['routes', 'operator'],
  ['app.ts', 'serve.ts', 'server.ts', 'start-failure.ts'],
];

/**
 * Files of `src` that have timers of their own: time.ts and periodic.ts, which all others use
 * (`retry`, `pause`, `within`, `every`), and those whose timer is moved or dropped with what it
 * waits for.
 */
const TIMERS = [
  'log-stream.ts',
  'periodic.ts',
  'plugins/body-timeout.ts',
  'plugins/cleanup-jobs.ts',
  'plugins/drain-refused.ts',
  'plugins/shutdown.ts',
  'serve.ts',
  'time.ts',
  'uploads/progress-events.ts',
  'uploads/staging/batched-writes.ts',
  'uploads/staging/notifier.ts',
  'uploads/transfer/stall-guard.ts',
];

const sources = await readSources(join(ROOT, 'src'));

t.test('no file imports itself by way of others', async (t) => {
  t.same(circles(sources), [], 'of the service');
  t.same(circles(await readSources(join(ROOT, 'mock-zenodo'))), [], 'of the mock');
});

t.test('rooms of src import from their own floor and from those below', async (t) => {
  const upwards = [...sources].flatMap(([file, imported]) =>
    imported.filter((target) => floorOf(target) > floorOf(file)).map((target) => `${file} → ${target}`),
  );
  t.same(upwards, []);
});

t.test('zenodo imports no other folder, and only app.ts imports routes', async (t) => {
  const from = (folder: string) => [...sources].filter(([file]) => file.startsWith(folder));
  t.ok(from('zenodo/').length > 10, 'there is something to look at');
  t.same(
    from('zenodo/').flatMap(([file, imported]) =>
      imported
        .filter((target) => target.includes('/') && !target.startsWith('zenodo/'))
        .map((target) => `${file} → ${target}`),
    ),
    [],
  );
  t.same(
    [...sources].flatMap(([file, imported]) =>
      file === 'app.ts' || file.startsWith('routes/') || !imported.some((path) => path.startsWith('routes/'))
        ? []
        : [file],
    ),
    [],
  );
});

t.test('every room of src has its floor', async (t) => {
  t.same(
    [...sources.keys()].filter((file) => floorOf(file) === -1),
    [],
  );
});

/** Of which others the code of each package is made, apart from its tests. */
const PACKAGES = {
  src: [],
  'mock-zenodo': [],
  tools: [],
  contract: [],
  scripts: ['src', 'mock-zenodo', 'tools', 'examples'],
  bench: ['src', 'mock-zenodo', 'tools', 'test'],
};

t.test('packages import only the packages that they are made of', async (t) => {
  for (const [folder, known] of Object.entries(PACKAGES)) {
    const found = new Set<string>();
    for (const [file, { imported }] of await readCode()) {
      if (!file.startsWith(`${folder}/`) || file.startsWith('mock-zenodo/test/')) continue;
      for (const { from } of imported) found.add(from.split('/')[0] ?? '');
    }
    t.same(
      [...found].filter((name) => name !== folder && !known.some((one) => one === name)),
      [],
      folder,
    );
  }
});

/** Files whose exports are for others: those of the mock's package, and what is made of a text. */
const FOR_OTHERS =
  /^mock-zenodo\/(?:index|testcontainers)\.ts$|readme\.test\.ts$|^scripts\/generate-client\.ts$/;

t.test('what is exported is used by another file', async (t) => {
  const code = await readCode();
  const used = new Map<string, Set<string>>();
  for (const { imported } of code.values()) {
    for (const { from, names } of imported) {
      const all = used.get(from) ?? new Set();
      for (const name of names) all.add(name);
      used.set(from, all);
    }
  }
  const unused = [...code].flatMap(([file, { exported }]) => {
    const names = used.get(file.replace(/\.[jt]s$/, '')) ?? new Set();
    if (/^test\//.test(file) || FOR_OTHERS.test(file) || names.has('*')) return [];
    return exported.filter((name) => !names.has(name)).map((name) => `${file}: ${name}`);
  });
  t.ok(code.size > 500, 'there is something to look at');
  t.same(unused, []);
});

/**
 * Names that several files of `src` have, because they are about the same thing: a call and what it
 * does, a noun with its schema or its page of the operator, and what every folder of a kind has.
 */
const SAME_THING = new Set(
  (
    'authorize check connections create creation delete disconnect doctor drafts edit events metadata now ' +
    'plain-form publish refused-uploads replicas staging upload upload-form upload-links upload-page uploads ' +
    'versions webhooks cleanup context de en failures faults plugin raw-errors style view'
  ).split(' '),
);

t.test('files of one name are about the same thing', async (t) => {
  const files = new Map<string, string[]>();
  for (const file of sources.keys()) {
    const name = basename(file, '.ts');
    files.set(name, [...(files.get(name) ?? []), file]);
  }
  const several = [...files].filter(([, named]) => named.length > 1);
  t.same(
    several.flatMap(([name, named]) => (SAME_THING.has(name) ? [] : [`${name}: ${named.join(', ')}`])),
    [],
  );
  t.same(
    [...SAME_THING].filter((name) => !several.some(([one]) => one === name)),
    [],
    'no name is in the list for nothing',
  );
});

t.test('every exported function says what it does', async (t) => {
  const bare: string[] = [];
  for (const file of sources.keys()) {
    const lines = (await readFile(join(ROOT, 'src', file), 'utf8')).split('\n');
    for (const [at, line] of lines.entries()) {
      const isFunction = /^export (?:(?:async )?function|class|const \w+ = (?:async )?[(<])/.test(line);
      if (isFunction && !lines[at - 1]?.endsWith('*/')) bare.push(`${file}:${at + 1}`);
    }
  }
  t.same(bare, [], 'write a comment above it: what it does, units, what it throws');
});

t.test('an exported name stands for one thing', async (t) => {
  const files = new Map<string, string[]>();
  for (const [file, { exported }] of await readCode()) {
    if (!file.startsWith('src/')) continue;
    for (const name of exported) files.set(name, [...(files.get(name) ?? []), file]);
  }
  t.ok(files.size > 1000, 'there is something to look at');
  t.same(
    [...files].filter(([, named]) => named.length > 1).map(([name, named]) => `${name}: ${named.join(', ')}`),
    [],
  );
});

/**
 * Types that each file has for itself: what its factory is made of, the path of its routes, and the
 * parts of an OpenAPI document that it reads.
 */
const OWN_TYPES = new Set(['Media', 'Operation', 'Parameter', 'Parts', 'Route', 'Surroundings']);

t.test("a type's name stands for one thing, exported or not", async (t) => {
  const files = new Map<string, string[]>();
  for (const file of sources.keys()) {
    // Names in the browser are seldom seen beside those of the service.
    if (file.startsWith('page/browser/')) continue;
    const text = await readFile(join(ROOT, 'src', file), 'utf8');
    for (const [, name = ''] of text.matchAll(/^(?:export )?(?:interface|type|(?:abstract )?class) (\w+)/gm))
      files.set(name, [...(files.get(name) ?? []), file]);
  }
  t.ok(files.size > 400, 'there is something to look at');
  t.same(
    [...files].flatMap(([name, named]) =>
      named.length === 1 || OWN_TYPES.has(name) ? [] : [`${name}: ${named.join(', ')}`],
    ),
    [],
  );
});

t.test('waits and repetitions go through time.ts and periodic.ts', async (t) => {
  const found: string[] = [];
  for (const file of sources.keys()) {
    // Runs in browsers.
    if (file.startsWith('page/browser/')) continue;
    const text = await readFile(join(ROOT, 'src', file), 'utf8');
    if (/\bset(?:Interval|Timeout)\(|'(?:node:)?timers(?:\/promises)?'/.test(text)) found.push(file);
  }
  t.same(found.toSorted(), TIMERS);
});

t.test('locks across processes are taken in two files', async (t) => {
  const found: string[] = [];
  for (const file of sources.keys()) {
    const text = await readFile(join(ROOT, 'src', file), 'utf8');
    // Migrations and cleanup jobs try a lock of a session, on a connection of their own.
    if (/pg_advisory|INSERT INTO locks\b/.test(text)) found.push(file);
  }
  t.same(found.toSorted(), ['database/locks-table.ts', 'database/transaction-locks.ts']);
});

t.test('a file with SQL of its own says first why', async (t) => {
  const silent: string[] = [];
  let count = 0;
  for (const file of sources.keys()) {
    const text = await readFile(join(ROOT, 'src', file), 'utf8');
    // A question whether the database answers needs no reason. SQL of another file has its own.
    const own = text.replace(/\$queryRaw`SELECT 1`|\$queryRawUnsafe(?:<[^(]*>)?\(sql\)/g, '');
    if (!/\$(?:query|execute)Raw|\b(?:statements\.rows|client\.query|pool\.query)\b/.test(own)) continue;
    count += 1;
    if (!text.startsWith('// Raw SQL: ')) silent.push(file);
  }
  t.ok(count > 30, 'there is something to look at');
  t.same(silent, []);
});

t.test('the configuration is said in one place', async (t) => {
  const declared =
    /\b(?:interface|class) (?:Config|UploadLimits|Environment)\b|\btype (?:Config|UploadLimits|Environment) = \{/;
  const others: string[] = [];
  for (const file of sources.keys()) {
    const text = await readFile(join(ROOT, 'src', file), 'utf8');
    if (declared.test(text))
      others.push(`${file} writes a type down that follows from environment.ts or config.ts`);
    if (/\bprocess\.env\b/.test(text) && file !== 'process-environment.ts')
      others.push(`${file} reads the environment`);
    if (/\bsplit\(':'\)/.test(text) && /tokenKeys/.test(text)) others.push(`${file} takes keys apart`);
  }
  t.same(others, []);
  for (const [name, schema] of Object.entries(EnvironmentSchema.properties)) {
    const isEssential = 'production' in schema || 'always' in schema;
    t.equal(
      'missing' in schema,
      isEssential,
      `${name}: what belongs there is said if and only if it is essential`,
    );
  }
});

/**
 * Archiver's packages, which staging/archive.ts patches, and the versions whose source the patches
 * were written for. Before another version is entered here, read there how a zip's checksum is
 * computed (`crc-32`, `buf`) and when a size takes 8 bytes (`compress-commons`, `isZip64`).
 */
const PATCHED = { archiver: '8.0.0', 'compress-commons': '7.0.1', 'crc-32': '1.2.2' };

t.test('archiver is patched in one file, in the versions that were read for it', async (t) => {
  const { devDependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  for (const [name, version] of Object.entries(PATCHED)) {
    const installed = await readFile(join(ROOT, 'node_modules', name, 'package.json'), 'utf8');
    t.equal(devDependencies[name], version, `package.json asks for this ${name}`);
    t.equal(JSON.parse(installed).version, version, `this ${name} is installed`);
  }
  const patching: string[] = [];
  for (const file of sources.keys()) {
    const text = await readFile(join(ROOT, 'src', file), 'utf8');
    if (/\.prototype\.\w+ = |^archiverCrc32\.\w+ = /m.test(text)) patching.push(file);
  }
  t.same(patching, ['uploads/staging/archive.ts']);
});

/** Words of before the glossary of CONTRIBUTING.md that no identifier is made of any more. */
const FORMER_WORDS = new Set(
  'arrival bell debt expectations feed forgive handles housekeeping hurried junk lapsed latecomer meters orphan orphans owe owed owing paced patience reception rehearse rival rivalry slots turns vault watcher wishes'.split(
    ' ',
  ),
);

t.test('identifiers are made of the words of the glossary', async (t) => {
  const found = new Set<string>();
  for (const file of sources.keys()) {
    const text = await readFile(join(ROOT, 'src', file), 'utf8');
    const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*|'[^'\n]*'|`[^`]*`/g, '');
    for (const [name] of code.matchAll(/[A-Za-z_$][\w$]*/g)) {
      const words = name
        .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
        .toLowerCase()
        .split(/[ _]+/);
      if (words.some((word) => FORMER_WORDS.has(word))) found.add(`${file}: ${name}`);
    }
  }
  t.same([...found], []);
});

t.test('comments, logs and texts of src are made of the words of the glossary', async (t) => {
  const former =
    /\b(?:nobody|whither|token pairs?|pairs? of tokens|orphan(?:s|ed)?|patience|housekeeping)\b/i;
  const found: string[] = [];
  for (const file of [...sources.keys()].map((file) => `src/${file}`).concat('prisma/schema.prisma')) {
    if (/de\.ts$/.test(file)) continue;
    for (const [index, line] of (await readFile(join(ROOT, file), 'utf8')).split('\n').entries()) {
      if (former.test(line)) found.push(`${file}:${index + 1}: ${former.exec(line)?.[0]}`);
    }
  }
  t.same(found, []);
});

/** Lines of code that a file may have. */
const MOST_LINES = 250;

/**
 * Files that still have more, and how many at most. Each is to be taken apart: no number here may
 * rise.
 */
const LONG = new Map([
  // A table of settings, which grows with each.
  ['src/environment.ts', 300],
]);

t.test('no file is so long that it answers more than one question', async (t) => {
  const found: string[] = [];
  for (const folder of ['src', 'mock-zenodo', 'scripts']) {
    for (const file of (await readSources(join(ROOT, folder))).keys()) {
      if (/^(?:test|conformance)\//.test(file)) continue;
      const path = `${folder}/${file}`;
      const lines = (await readFile(join(ROOT, path), 'utf8')).split('\n');
      // Comments may explain as much as they like.
      const count = lines.filter((line) => !/^\s*(?:$|\/\/|\/\*|\*)/.test(line)).length;
      const most = LONG.get(path) ?? MOST_LINES;
      if (count > most) found.push(`${path} has ${count} lines of code, and may have ${most}`);
      if (LONG.has(path) && count <= MOST_LINES) found.push(`${path} is short enough to leave the list`);
    }
  }
  t.same(found, []);
});

/** Folders whose words are read. */
const WRITTEN = [
  '.github',
  'mock-zenodo',
  'src',
  'docs',
  'examples',
  'clients/python',
  'prisma',
  'contract',
  'test',
  'scripts',
  'bench',
  'tools',
  'deploy',
];

/** What is generated, what is German, what others wrote, and the list of words itself. */
const UNREAD = /generated|node_modules|\/dist\/|de\.ts$|test\/fixtures\/|structure\.test\.ts$/;

t.test('code and documents use plain words, and speak of people as they', async (t) => {
  // After a colon it is a code of MARC's.
  const words =
    /(?<!:)\b(?:he|his|him|himself|whoever|mend(?:s|ed|ing)?|forgives?|forgiven|left away|pass(?:ed|es)? over)\b/i;
  const found: string[] = [];
  const extensions = new Map<string, number>();
  for (const folder of WRITTEN) {
    for (const entry of await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true })) {
      const file = relative(ROOT, join(entry.parentPath, entry.name));
      const extension = /\.(ts|m?js|css|html|md|py|prisma|sql|ya?ml|sh|conf)$/.exec(file)?.[1];
      if (!entry.isFile() || extension === undefined || UNREAD.test(file)) continue;
      extensions.set(extension, (extensions.get(extension) ?? 0) + 1);
      for (const [index, line] of (await readFile(join(ROOT, file), 'utf8')).split('\n').entries()) {
        if (words.test(line)) found.push(`${file}:${index + 1}: ${words.exec(line)?.[0]}`);
      }
    }
  }
  t.same(found, []);
  for (const extension of ['ts', 'html', 'yml', 'sh', 'css', 'conf'])
    t.ok(extensions.has(extension), `there are files of the kind ${extension}`);
  t.same(
    documents().flatMap((document) => {
      const lines = readDocument(document).split('\n');
      return lines.flatMap((line, index) => (words.test(line) ? [`${document}:${index + 1}: ${line}`] : []));
    }),
    [],
    'every document of the repository',
  );
  // Outside of tables of RDMC's identifiers and Linux's figures a handle is a word of our own.
  const own = /(?<!`)\bhandles?\b(?!`)/i;
  t.same(
    documents().flatMap((document) => {
      if (/^(?:CHANGELOG|docs\/(?:rdmc|performance|adr\/.*)|mock-zenodo\/docs\/fidelity)\.md$/.test(document))
        return [];
      const lines = readDocument(document).split('\n');
      return lines.flatMap((line, index) => (own.test(line) ? [`${document}:${index + 1}: ${line}`] : []));
    }),
    [],
    'an access token is called one',
  );
});

t.test('CONTRIBUTING leads to files that are there', async (t) => {
  const text = readDocument('CONTRIBUTING.md');
  const named = [
    ...text.matchAll(/`((?:src|scripts|test|prisma|deploy|tools|bench|clients|mock-zenodo)\/[\w./-]*)`/g),
  ];
  const missing: string[] = [];
  for (const [, path = ''] of named) if (!(await exists(path))) missing.push(path);
  t.ok(named.length > 60, 'there is something to look for');
  t.same(missing, []);
});

t.test('each file of src stands in the map of CONTRIBUTING, and so does no other', async (t) => {
  const rows = mapOf(readDocument('CONTRIBUTING.md'));
  const files = rows.filter((path) => path.startsWith('src/'));
  const entries = await readdir(join(ROOT, 'src'), { recursive: true, withFileTypes: true });
  const there = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .filter((file) => !file.includes('generated'));
  t.same(files.toSorted(), there.toSorted());
  const others = rows.filter((path) => !path.startsWith('src/'));
  const missing: string[] = [];
  for (const path of others) if (!(await exists(path))) missing.push(path);
  t.ok(others.length > 20, 'the mock has a map too');
  t.same(missing, []);
});

t.test('comments name files that are there', async (t) => {
  const stale: string[] = [];
  const all = [...sources.keys()];
  for (const file of all) {
    const text = await readFile(join(ROOT, 'src', file), 'utf8');
    for (const [comment] of text.matchAll(/\/\*[\s\S]*?\*\/|\/\/ .*/g)) {
      // Paths in other repositories are cited as `owner/repository:path`.
      for (const [, path = ''] of comment.matchAll(/(?<![\w/:.-])([\w-]+(?:\/[\w-]+)*\.ts)\b/g)) {
        const known = [path, `src/${path}`, join('src', dirname(file), path)];
        const found = await Promise.all(known.map((one) => stat(join(ROOT, one)).catch(() => null)));
        if (found.every((one) => one === null)) stale.push(`${file}: ${path}`);
      }
    }
  }
  t.same(stale, []);
});

t.test('the lines of documents are short', async (t) => {
  t.same(
    documents().flatMap((document) => {
      const lines = readDocument(document)
        .replace(/^ *```[\s\S]*?^ *```$/gm, '')
        .split('\n');
      return lines
        .filter((line) => line.length > 120 && !line.startsWith('|'))
        .map((line) => `${document}: ${line}`);
    }),
    [],
  );
});

t.test('comments have at most 100 columns', async (t) => {
  const found: string[] = [];
  for (const folder of ['src', 'mock-zenodo', 'scripts', 'test', 'bench', 'contract', 'tools', 'examples']) {
    for (const file of (await readSources(join(ROOT, folder))).keys()) {
      const lines = (await readFile(join(ROOT, folder, file), 'utf8')).split('\n');
      for (const [index, line] of lines.entries()) {
        const [, text = ''] = /^\s*(?:\/\/|\/?\*+) (.*)/.exec(line) ?? [];
        // An address cannot be broken, nor can what is said to a tool.
        if (line.length > 100 && text.includes(' ') && !text.startsWith('biome-ignore'))
          found.push(`${folder}/${file}:${index + 1}`);
      }
    }
  }
  t.same(found, []);
});

/** Whether there is such a file or folder in the repository. */
function exists(path: string): Promise<boolean> {
  return stat(join(ROOT, path)).then(
    () => true,
    () => false,
  );
}

/** The paths in the first column of the tables of a document that have a folder for a heading. */
function mapOf(text: string): string[] {
  const found: string[] = [];
  let folder: string | null = null;
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) folder = /^### `([\w./-]+\/)`/.exec(line)?.[1] ?? null;
    const [, cell] = /^\| ((?:`[\w./-]+`(?:, )?)+) \|/.exec(line) ?? [];
    if (folder === null || cell === undefined) continue;
    for (const [, path = ''] of cell.matchAll(/`([^`]+)`/g)) found.push(`${folder}${path}`);
  }
  return found;
}

/** Which floor a file stands on: its own, or that of its folder. -1 if they are on none. */
function floorOf(file: string): number {
  const own = FLOORS.findIndex((rooms) => rooms.includes(file));
  return own !== -1 || file === '.' ? own : floorOf(dirname(file));
}

/** Files of a folder with the files of the same folder that each imports, types included. */
async function readSources(folder: string): Promise<Map<string, string[]>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((file) => !/generated|node_modules|^dist/.test(file));
  const found = new Map<string, string[]>();
  for (const file of files) {
    const text = await readFile(join(folder, file), 'utf8');
    const targets = [...text.matchAll(/^(?:import|export) [^'"]*?from '(\.[^']+)\.js'/gms)].map(([, path]) =>
      join(dirname(file), `${path}.ts`),
    );
    found.set(
      file,
      targets.filter((target) => files.includes(target)),
    );
  }
  return found;
}

/** What a file exports, and what it takes from which other file: `*` stands for all. */
interface Code {
  exported: string[];
  imported: { from: string; names: string[] }[];
}

/** The code of all packages and tests, by path. */
async function readCode(): Promise<Map<string, Code>> {
  const found = new Map<string, Code>();
  for (const folder of [...Object.keys(PACKAGES), 'test']) {
    for (const entry of await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true })) {
      const file = relative(ROOT, join(entry.parentPath, entry.name));
      if (!entry.isFile() || !/\.m?[jt]s$/.test(file) || /generated|node_modules|dist\/|\.d\.ts$/.test(file))
        continue;
      const text = (await readFile(join(ROOT, file), 'utf8')).replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*/g, '');
      const exported = text.matchAll(
        /^export (?:abstract |async )?(?:function\*?|const|let|class|interface|type) (\w+)/gm,
      );
      const taken = text.matchAll(
        /^(?:import|export)\s+(?:type )?([^'";]*?)\s*from '(\.[^']+)'|(?:const (\{[^}]*\}) = (?:await )?\(?(?:await )?)?import\('(\.[^']+)'\)/gms,
      );
      const imported = [...taken].map(([, names, path, picked, late]) => {
        const target = join(dirname(file), path ?? late ?? '');
        const listed = /\{([^}]*)\}/s.exec(names ?? picked ?? '')?.[1];
        return {
          from: target.replace(/\.[jt]s$/, ''),
          names:
            listed === undefined
              ? ['*']
              : [...listed.matchAll(/(?:type )?(\w+)(?:\s*(?:as|:)\s*\w+)?/g)].map(([, name = '']) => name),
        };
      });
      found.set(file, { exported: [...exported].map(([, name = '']) => name), imported });
    }
  }
  return found;
}

/** Every import that closes a circle, with the files of the circle. */
function circles(graph: ReadonlyMap<string, string[]>): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, path: string[]): void => {
    const at = path.indexOf(file);
    if (at !== -1) found.push([...path.slice(at), file].join(' → '));
    if (at !== -1 || done.has(file)) return;
    for (const target of graph.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}
