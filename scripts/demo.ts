import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { EXAMPLE_CONTAINER, fillExampleContainer } from '../examples/fill-container.js';
import { isLoopbackUrl } from '../src/urls.js';
import { compareWithRecord } from './demo/comparison.js';
import { type ContainerFile, listContainer } from './demo/container-files.js';
import { step, table } from './demo/screen.js';
import { createServiceClient } from './demo/service-client.js';
import { runWorkflow } from './demo/workflow.js';
import type { Development } from './development.js';

const HELP = `npm run demo -- [--dir PATH] [--keep] [--zenodo URL]

Sends a container to a mock Zenodo through the service, publishes it, and compares every byte.

  --dir PATH    send this folder instead of examples/container
  --keep        keep everything running afterwards, until Ctrl-C
  --zenodo URL  use the mock at this URL, on this machine, instead of starting one
`;

/**
 * Starts with nothing from the user's environment, so that it can never use a real database or
 * Zenodo.
 */
async function start(dir: string, zenodoUrl: string | undefined): Promise<Development> {
  if (zenodoUrl !== undefined && !isLoopbackUrl(zenodoUrl)) {
    throw new Error('--zenodo must be a mock on this machine, because the demo publishes what it sends');
  }
  const zenodo = {
    ZENODO_URL: zenodoUrl,
    ZENODO_CLIENT_ID: 'mock-client',
    ZENODO_CLIENT_SECRET: 'mock-secret',
  };
  const env = { PORT: '0', LOG_LEVEL: 'error', STAGING_MIN_FREE: '0', ...(zenodoUrl ? zenodo : {}) };
  process.stdout.write('  starting PostgreSQL, a mock Zenodo and the service …\n');
  const { startDevelopment } = await import('./development.js');
  return startDevelopment(env, dir, 0);
}

async function demonstrate(
  { url }: Development,
  zenodoUrl: string,
  folder: string,
  files: ContainerFile[],
): Promise<void> {
  const outcome = await runWorkflow(createServiceClient(url), folder, files);
  const { rows, equal } = await compareWithRecord(zenodoUrl, outcome.depositionId, outcome.staged, files);
  process.stdout.write(`\n${table(rows)}\n`);
  if (!equal) throw new Error('Zenodo does not have what was sent');
}

/**
 * Never resolves. Ctrl-C and SIGTERM make it reject, so that the code that waits for it cleans up.
 */
async function interruption(): Promise<never> {
  const [signal] = await Promise.race(['SIGINT', 'SIGTERM'].map((name) => once(process, name)));
  throw new Error(`stopped by ${signal}`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      dir: { type: 'string' },
      keep: { type: 'boolean', default: false },
      zenodo: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const folder = resolve(values.dir ?? EXAMPLE_CONTAINER);
  if (values.dir === undefined) await fillExampleContainer();
  const { files, leftOut } = await listContainer(folder);
  const began = Date.now();
  const state = await mkdtemp(join(tmpdir(), 'zenodo-service-demo-'));
  let development: Development | undefined;
  try {
    development = await start(state, values.zenodo);
    const zenodoUrl = development.mockUrl ?? values.zenodo ?? '';
    step(`start       PostgreSQL, a mock Zenodo and the service, in ${Date.now() - began} ms`);
    if (leftOut.length > 0) step(`left out    hidden files and links: ${leftOut.join(', ')}`);
    await Promise.race([demonstrate(development, zenodoUrl, folder, files), interruption()]);
    process.stdout.write('  All bytes arrived unchanged.\n');
    if (values.keep) {
      const lines = [
        `service      ${development.url}/docs`,
        `upload page  ${development.url}/try   (open it in a browser, give consent at the mock, then send your own files)`,
        `mock Zenodo  ${zenodoUrl}`,
        'Press Ctrl-C to stop.',
      ];
      process.stdout.write(`\n${lines.map((line) => `  ${line}\n`).join('')}`);
      await interruption().catch(() => undefined);
    }
  } finally {
    await development?.app.close();
    await development?.stopRest();
    await rm(state, { recursive: true, force: true });
  }
}

// The demo must clean up even if its reader stops, as `| head` does.
process.stdout.on('error', () => undefined);
try {
  await main();
} catch (error) {
  const { explainFailure } = await import('./development.js');
  process.stderr.write(`\n  ✗ The demo failed: ${explainFailure(error)}\n`);
  process.exitCode = 1;
}
