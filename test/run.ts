import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { prepareTemplate, startTestServer } from './database.js';

/**
 * Runs the suite through tap, with one PostgreSQL for the whole run, and closes with the plain line
 * `N passed, N failed` that any CI understands. Arguments are passed on to tap (files, `--grep`, …).
 */
async function main(): Promise<number> {
  const server = await startTestServer();
  try {
    await prepareTemplate(server.url);
    return await runTap(process.argv.slice(2), { ...process.env, TEST_DATABASE_URL: server.url });
  } finally {
    await server.stop();
  }
}

async function runTap(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  let passed = 0;
  let failed = 0;
  const tap = spawn('npx', ['--no-install', 'tap', 'run', '--reporter=tap', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
  });
  const closed = new Promise<number>((resolve) => tap.once('close', (code) => resolve(code ?? 1)));
  for await (const line of createInterface({ input: tap.stdout })) {
    process.stdout.write(`${line}\n`);
    const total = /^# \{ total: (\d+)/.exec(line);
    if (total) {
      failed = Number(/ fail: (\d+)/.exec(line)?.[1] ?? 0);
      passed = Number(/ pass: (\d+)/.exec(line)?.[1] ?? 0);
    }
  }
  const code = await closed;
  if (code !== 0 && failed === 0) failed = 1;
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return code === 0 && failed === 0 ? 0 : 1;
}

process.exit(await main());
