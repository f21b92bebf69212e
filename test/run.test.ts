import { execFile } from 'node:child_process';
import { copyFile, mkdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { freshEnvironment } from './process.js';

/** Runs a small suite as `npm test` would, through the same script. */
async function runSuite(
  name: string,
  extra = {},
): Promise<{ code: number; lastLine: string | undefined; output: string }> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([key]) => !/^(TAP|TEST_SKIP|TEST_RUN)/.test(key)),
  );
  const args = ['scripts/run.mjs', 'test/run.ts', `test/fixtures/suites/${name}.ts`];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env: { ...env, ...extra }, timeout: 60_000 }, (error, stdout) => {
      const code = error === null ? 0 : Number(error.code ?? 1);
      resolve({ code, lastLine: stdout.trimEnd().split('\n').at(-1), output: stdout });
    });
  });
}

t.test('the last line of a run and its exit code tell the truth', async (t) => {
  const cases: Record<string, { code: number; lastLine: string }> = {
    'does-not-load': { code: 1, lastLine: '0 passed, 1 failed' },
    'asserts-nothing': { code: 1, lastLine: '0 passed, 1 failed' },
    'ends-early': { code: 1, lastLine: '1 passed, 1 failed' },
  };
  t.match(await runSuite('skips'), { code: 0, lastLine: '1 passed, 0 failed' }, 'skips');
  t.match(
    await runSuite('skips', { TEST_SKIP_NOTHING: '1' }),
    { code: 1, lastLine: '1 passed, 1 failed' },
    'skips where nothing may be skipped',
  );
  for (const [name, expected] of Object.entries(cases)) t.match(await runSuite(name), expected, name);
});

t.test('what failed runs once more where that is asked for, and is named at the end', async (t) => {
  const again = { TEST_RUN_AGAIN: '1', UNSTEADY_MARKER: join(t.testdir(), 'ran') };
  const broken = await runSuite('one-of-each', again);
  t.match(broken, { code: 1, lastLine: '2 passed, 1 failed' }, 'what fails twice has failed');
  const named = broken.output.split('\nFailed:\n')[1];
  t.ok(named?.startsWith('  test/fixtures/suites/one-of-each.ts > does not hold\n'), 'with its file');
  t.match(named, /^ {6} *(at|source|stack):/m, 'and what tap knows of it');

  const unsteady = await runSuite('unsteady', again);
  t.match(unsteady, { code: 0, lastLine: '0 passed, 0 failed' }, 'what passes alone has not failed');
  t.ok(
    unsteady.output.includes('Unsteady: these failed, and passed when they ran alone.'),
    'but it is named',
  );
  t.ok(unsteady.output.includes('  test/fixtures/suites/unsteady.ts > holds the second time\n'));
});

t.test(
  'a program runs as its sources are now, with its data beside it, and code where its compiled code is',
  async (t) => {
    const home = t.testdir({
      'package.json': '{"type":"module"}',
      scripts: {},
      src: {
        'main.ts': `import { readFileSync } from 'node:fs';
        import beside from './beside.json' with { type: 'json' };
        import { said } from './said.js';
        const text: string = readFileSync(new URL('./beside.json', import.meta.url), 'utf8');
        const { done } = await import(new URL('./late.js', import.meta.url).href);
        console.log(said, text === JSON.stringify(beside), import.meta.url, process.argv.slice(1).join(), done);`,
        'said.ts': `export const said = 'old';`,
        'late.ts': 'export const done: string = import.meta.url;',
        'beside.json': '{"a":1}',
      },
    });
    const ROOT = new URL('../', import.meta.url);
    for (const name of ['compile', 'launch', 'run']) {
      const path = `scripts/${name}.mjs`;
      await copyFile(new URL(path, ROOT), join(home, path));
    }
    await symlink(fileURLToPath(new URL('node_modules', ROOT)), join(home, 'node_modules'));
    await mkdir(join(home, 'elsewhere'));
    const program = async () => {
      const args = [join(home, 'scripts/run.mjs'), '../src/main.ts', 'x'];
      const options = { cwd: join(home, 'elsewhere'), env: freshEnvironment() };
      return (await promisify(execFile)(process.execPath, args, options)).stdout.trim();
    };
    const rest = `true file://${home}/src/main.ts ${home}/src/main.ts,x file://${home}/src/late.ts`;
    t.equal(await program(), `old ${rest}`);
    const compiled = () =>
      Promise.all(
        ['main', 'said', 'late'].map(async (name) => (await stat(join(home, `.build/src/${name}.js`))).ino),
      );
    const before = await compiled();
    t.equal(await program(), `old ${rest}`, 'unchanged');
    t.same(await compiled(), before, 'and then nothing is compiled again');

    const path = join(home, 'src/said.ts');
    const { atime, mtime } = await stat(path);
    await writeFile(path, `export const said = 'new';`);
    await utimes(path, atime, mtime);
    t.equal(await program(), `new ${rest}`, 'an edit of the same size and date');
    const after = await compiled();
    t.same(
      after.map((inode, at) => inode === before[at]),
      [true, false, true],
      'which alone is compiled',
    );
    await writeFile(path, 'export const said: = 1;');
    await t.rejects(program(), /said\.ts:1/, 'what is no TypeScript is not run');
    await writeFile(path, 'export const said = 1;\nthrow new Error(String(said));');
    await t.rejects(program(), /src\/said\.ts:2/, 'an error names the line of the source');
    await rm(path);
    await t.rejects(program(), /said\.js/, 'what is gone is gone');
  },
);
