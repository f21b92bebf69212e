import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { buildApp } from '../src/app.js';
import { loadConfig } from '../src/config.js';
import { contractText } from '../src/plugins/openapi-text.js';

const FILE = fileURLToPath(new URL('../openapi.yaml', import.meta.url));

/**
 * The contract as generated from the schemas of the routes. Nothing listens, and no database is
 * queried.
 */
export async function generateContract(): Promise<string> {
  const app = await buildApp(
    loadConfig({
      NODE_ENV: 'test',
      LOG_LEVEL: 'silent',
      DATABASE_URL: 'postgresql://127.0.0.1:1/none',
      ZENODO_URL: 'https://zenodo.org',
      ZENODO_CLIENT_ID: 'none',
      ZENODO_CLIENT_SECRET: 'none',
      TOKEN_KEYS: `none:${Buffer.alloc(32).toString('base64')}`,
      STAGING_DIR: '.data/staging',
    }),
  );
  try {
    await app.ready();
    return contractText(app);
  } finally {
    await app.close();
  }
}

/** Writes openapi.yaml, or with `--check` says whether it is up to date. */
async function main(): Promise<void> {
  const contract = await generateContract();
  if (!process.argv.includes('--check')) return writeFile(FILE, contract);
  const committed = await readFile(FILE, 'utf8').catch(() => '');
  if (committed === contract) return;
  process.stderr.write(
    'openapi.yaml is not what the route schemas make: run `npm run openapi` and commit it.\n',
  );
  process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
