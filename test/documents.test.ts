import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { problem, problemDocument } from '../src/errors.js';
import { startScript } from './process.js';

const ROOT = new URL('../', import.meta.url);

const read = (path: string) => readFile(new URL(path, ROOT), 'utf8');

/** The documents of the service; the mock's are held by its own tests. */
async function documents(): Promise<string[]> {
  const docs = await readdir(new URL('docs/', ROOT), { recursive: true });
  return ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...docs.map((name) => `docs/${name}`)].filter(
    (name) => name.endsWith('.md'),
  );
}

function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, block = '']) => block,
  );
}

t.test('the tables in the README are those of the schema and the contract', async (t) => {
  const check = startScript(t, 'scripts/readme.ts', { args: ['--check'] });
  t.equal(await check.ended(), 0, check.output());
});

t.test('every link between documents leads somewhere', async (t) => {
  for (const document of await documents()) {
    for (const [, target = ''] of (await read(document)).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
      if (/^https?:/.test(target)) continue;
      t.ok(existsSync(new URL(target, new URL(document, ROOT))), `${document}: ${target}`);
    }
  }
});

t.test('every npm command in a document is one that exists', async (t) => {
  const { scripts } = JSON.parse(await read('package.json')) as { scripts: Record<string, string> };
  const builtIn = ['ci', 'test', 'start', 'pack', 'install'];
  let seen = 0;
  for (const document of await documents()) {
    const text = await read(document);
    for (const [, run, name = ''] of text.matchAll(/\bnpm (run )?([a-z][\w:-]*)/g)) {
      seen += 1;
      t.ok(run ? name in scripts : builtIn.includes(name), `${document}: npm ${run ?? ''}${name}`);
    }
    t.notMatch(text, /\bnpx [a-z]/, `${document} sends nobody to a package that nobody here owns`);
  }
  t.ok(seen > 8);
});

t.test('the mock of the README starts as shown', async (t) => {
  const [command = ''] = blocks(await read('README.md'), 'sh').filter((block) => block.includes('run mock'));
  t.equal(command, 'npm run mock -- --port 4000\n');
  const [, script = ''] = /"mock": "tsx (\S+)"/.exec(await read('package.json')) ?? [];
  const mock = startScript(t, script, { args: ['--port', '0'] });
  const [url] = await mock.says(/^http:\S+/m);
  const answer = await fetch(`${url}/api/deposit/depositions?access_token=mock-token`);
  t.same([answer.status, await answer.json()], [200, []]);
  t.equal(await mock.kill('SIGTERM'), 0);
});

t.test('the example of an error is what is answered', async (t) => {
  const [example = '{}'] = blocks(await read('docs/errors.md'), 'json');
  const shown = JSON.parse(example) as Record<string, string>;
  t.same(
    shown,
    problemDocument(problem('invalid_file_name', String(shown['detail'])), String(shown['request_id'])),
  );
});

t.test('shell scripts can be read by a shell', async (t) => {
  await promisify(execFile)('bash', ['-n', fileURLToPath(new URL('.ci/run', ROOT))]);
  for (const document of await documents()) {
    for (const block of blocks(await read(document), 'sh')) {
      await promisify(execFile)('bash', ['-n', '-c', block]);
      t.pass(`${document}: ${block.split('\n')[0]}`);
    }
  }
});
