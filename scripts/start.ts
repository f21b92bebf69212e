import { relative, resolve } from 'node:path';
import { processEnvironment } from '../src/process-environment.js';
import type { Development } from './development.js';

const DATA = resolve('.data');

/** Said before what takes seconds to load. */
const FIRST_WORD =
  'Zenodo service in development mode, for this machine only. Set NODE_ENV=production to run it for others.\nStarting …\n';

/** What a newcomer needs to know. */
function banner({ url, mockUrl, ownDatabase, ownKey, operator }: Development): string {
  const key = operator.key === undefined ? 'your OPERATOR_KEY' : operator.key;
  const lines = [
    '',
    `  service      ${url}`,
    `  reference    ${url}/docs`,
    mockUrl === undefined
      ? `  upload page  ${url}/upload   (for a browser; POST ${url}/depositions/{id}/upload-links makes its links)`
      : `  upload page  ${url}/try   (open it in a browser: agree at the mock, then send files)`,
    `  operator     ${operator.url}   (key: ${key})`,
  ];
  if (mockUrl !== undefined) {
    lines.push(
      `  mock Zenodo  ${mockUrl}   (its window; its switches: ${mockUrl}/_mock/docs)`,
      '  accounts     mock-user (personal token mock-token), mock-user-2 (mock-token-2)',
      '  application  mock-client / mock-secret',
    );
  }
  const kept = [
    ...(ownDatabase ? ['database in postgres/'] : []),
    ...(mockUrl !== undefined ? ['the mock’s records in mock/'] : []),
    'files on their way in staging/',
    ...(ownKey ? ['the key of stored tokens in token-key'] : []),
    ...(operator.key === undefined ? [] : ['the operator’s in operator-key']),
  ];
  const folder = relative(process.cwd(), DATA) || DATA;
  lines.push(`  kept         under ${folder}/: ${kept.join(', ')}`, '  stop         Ctrl-C', '');
  return lines.join('\n');
}

/** Late, because a production install has not all that it needs. */
function loadDevelopment() {
  return import('./development.js').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    process.stderr.write(
      `development cannot be started: ${cause.message}. Install all packages with npm ci, or set NODE_ENV=production\n`,
    );
    process.exit(1);
  });
}

async function main(): Promise<void> {
  const env = processEnvironment();
  const production = env['NODE_ENV']?.trim() === 'production';
  if (!production) process.stdout.write(FIRST_WORD);
  if (production) return (await import('../src/serve.js')).runProduction(env);
  const { explainFailure, startDevelopment } = await loadDevelopment();
  try {
    const development = await startDevelopment(env, DATA);
    const { closeOnSignals } = await import('../src/serve.js');
    closeOnSignals(development.app, development.stopRest);
    process.stdout.write(banner(development));
  } catch (error) {
    process.stderr.write(`${explainFailure(error)}\n`);
    process.exitCode = 1;
  }
}

await main();
