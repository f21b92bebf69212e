import { relative, resolve } from 'node:path';
import { processEnvironment } from '../src/process-environment.js';
import type { Development } from './development.js';

const DATA = resolve('.data');

/** Printed before the modules that take seconds to load. */
const FIRST_WORD =
  'Zenodo service in development mode, which only this machine can reach. For production, set NODE_ENV=production.\nStarting …\n';

const USAGE = `usage: start

Run the service until SIGTERM or Ctrl-C. With NODE_ENV=production, it migrates the database and listens on HOST and PORT.
Otherwise it can be reached from this machine only, and keeps its database, its mock Zenodo, staged files and keys in
.data/ in the working directory, unless settings name others. It prints the addresses.

Exit code 0: it was stopped. 1: it cannot start, or has failed. 2: wrong arguments.
`;

/** What a newcomer needs to know. */
function banner({ url, mockUrl, ownDatabase, ownKey, operator }: Development): string {
  const key = operator.key === undefined ? 'your OPERATOR_KEY' : operator.key;
  const lines = [
    '',
    `  service      ${url}`,
    `  reference    ${url}/docs`,
    mockUrl === undefined
      ? `  upload page  ${url}/upload   (for a browser; POST ${url}/depositions/{id}/upload-links creates its links)`
      : `  upload page  ${url}/try   (open it in a browser, give consent at the mock, then send files)`,
    `  operator     ${operator.url}   (key: ${key})`,
  ];
  if (mockUrl !== undefined) {
    lines.push(
      `  mock Zenodo  ${mockUrl}   (its window; its control API: ${mockUrl}/_mock/docs)`,
      '  accounts     mock-user (personal token mock-token), mock-user-2 (mock-token-2)',
      '  application  mock-client / mock-secret',
    );
  }
  const kept = [
    ...(ownDatabase ? ['database in postgres/'] : []),
    ...(mockUrl !== undefined ? ['the mock’s records in mock/'] : []),
    'staged files in staging/',
    ...(ownKey ? ['the encryption key of tokens in token-key'] : []),
    ...(operator.key === undefined ? [] : ['the operator’s key in operator-key']),
  ];
  const folder = relative(process.cwd(), DATA) || DATA;
  lines.push(`  data         in ${folder}/: ${kept.join(', ')}`, '  stop         Ctrl-C', '');
  return lines.join('\n');
}

/** Imported late, because a production install lacks some of its packages. */
function loadDevelopment() {
  return import('./development.js').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    process.stderr.write(
      `development mode cannot start: ${cause.message}. Install all packages with npm ci, or set NODE_ENV=production\n`,
    );
    process.exit(1);
  });
}

async function main(): Promise<void> {
  const words = process.argv.slice(2);
  if (words.includes('--help') || words.includes('-h')) {
    process.stdout.write(USAGE);
    return;
  }
  if (words[0] !== undefined) {
    process.stderr.write(`Unexpected argument "${words[0]}".\n\n${USAGE}`);
    process.exitCode = 2;
    return;
  }
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
