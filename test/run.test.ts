import { execFile } from 'node:child_process';
import t from 'tap';

/** Runs a small suite as `npm test` would, through the same script. */
async function runSuite(name: string, extra = {}): Promise<{ code: number; lastLine: string | undefined }> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([key]) => !/^(TAP|TEST_SKIP)/.test(key)),
  );
  const args = ['--import=tsx', 'test/run.ts', `test/fixtures/suites/${name}.ts`];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env: { ...env, ...extra }, timeout: 60_000 }, (error, stdout) => {
      const code = error === null ? 0 : Number(error.code ?? 1);
      resolve({ code, lastLine: stdout.trimEnd().split('\n').at(-1) });
    });
  });
}

t.test('the last line of a run and its exit code tell the truth', async (t) => {
  const cases: Record<string, { code: number; lastLine: string }> = {
    holds: { code: 0, lastLine: '1 passed, 0 failed' },
    'one-of-each': { code: 1, lastLine: '2 passed, 1 failed' },
    'does-not-load': { code: 1, lastLine: '0 passed, 1 failed' },
    'asserts-nothing': { code: 1, lastLine: '0 passed, 1 failed' },
    'ends-early': { code: 1, lastLine: '1 passed, 1 failed' },
  };
  t.same(await runSuite('skips'), { code: 0, lastLine: '1 passed, 0 failed' }, 'skips');
  t.same(
    await runSuite('skips', { TEST_SKIP_NOTHING: '1' }),
    { code: 1, lastLine: '1 passed, 1 failed' },
    'skips where nothing may be skipped',
  );
  for (const [name, expected] of Object.entries(cases)) t.same(await runSuite(name), expected, name);
});
