import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { buffer } from 'node:stream/consumers';

/**
 * What `npm run check` looks at, once what is generated is there; side by side, those first that
 * take longest.
 */
const CHECKS = [
  'tsc -p tsconfig.json',
  'redocly lint',
  'biome check --error-on-warnings .',
  'node scripts/run.mjs scripts/openapi.ts --check',
  'node scripts/run.mjs scripts/readme.ts --check',
  'tsc -p mock-zenodo/tsconfig.browser.json',
  'tsc -p src/page/tsconfig.browser.json',
];

/** Runs one; what it says is written only if something is wrong. */
async function passes(command: string): Promise<boolean> {
  const child = spawn(command, {
    shell: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [code, ...said] = await Promise.all([ended, buffer(child.stdout), buffer(child.stderr)]);
  if (code === 0) return true;
  process.stderr.write(`\n${command}\n${said.join('')}`);
  return false;
}

const waiting = [...CHECKS];
async function worker(): Promise<void> {
  for (let command = waiting.shift(); command !== undefined; command = waiting.shift()) {
    if (!(await passes(command))) process.exitCode = 1;
  }
}
await Promise.all(Array.from({ length: availableParallelism() }, worker));
