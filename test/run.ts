import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/**
 * Runs the suite through tap, with one PostgreSQL for the whole run, and closes with the plain line
 * `N passed, N failed` that any CI understands. Arguments are passed on to tap (files, `--grep`, …).
 */
async function main(): Promise<number> {
  let passed = 0;
  let failed = 0;
  const args = process.argv.slice(2);
  const tap = spawn('npx', ['--no-install', 'tap', 'run', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: process.env,
  });
  for await (const line of createInterface({ input: tap.stdout })) {
    process.stdout.write(`${line}\n`);
    const total = /^# \{ total: \d+(?:, pass: (\d+))?(?:, fail: (\d+))?/.exec(line);
    if (total) {
      passed = Number(total[1] ?? 0);
      failed = Number(total[2] ?? 0);
    }
  }
  const code = tap.exitCode ?? (await new Promise<number>((resolve) => tap.once('close', (c) => resolve(c ?? 1))));
  if (code !== 0 && failed === 0) failed = 1;
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return code;
}

process.exitCode = await main();
