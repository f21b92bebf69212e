import { parseArgs } from 'node:util';
import { testDeployment } from './deployment.js';

const USAGE = `npm run contract -- --url URL [options]

Tests a deployment of this interface against openapi.yaml. The access token is read from CONTRACT_TOKEN, a service key,
if one is needed, from CONTRACT_API_KEY. See docs/contract.md.

  --cases N            generated requests, of all calls together (1000)
  --seed N             the same seed makes the same requests (a new one each time)
  --concurrency N      calls tried at the same time (2)
  --timeout SECONDS    how long an answer may take (120)
  --callback-url URL   a callback URL that the deployment takes (http://127.0.0.1:8000/zenodo/callback/)
  --documented-only    only the seven calls of the documented workflow
  --refresh            also refresh the token; elsewhere the old one may end by that
  --publish            publish one draft; its record stays
  --disconnect         end the connection at last; the token is dead then

Ends with 0 if the contract is kept, 1 if it is not, 2 if that could not be found out.
`;

const COUNTS = { cases: 1000, concurrency: 2, timeout: 120 };

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      cases: { type: 'string' },
      seed: { type: 'string' },
      concurrency: { type: 'string' },
      timeout: { type: 'string' },
      'callback-url': { type: 'string', default: 'http://127.0.0.1:8000/zenodo/callback/' },
      'documented-only': { type: 'boolean', default: false },
      refresh: { type: 'boolean', default: false },
      publish: { type: 'boolean', default: false },
      disconnect: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const { CONTRACT_TOKEN: token, CONTRACT_API_KEY: apiKey } = process.env;
  if (!token) throw new Error('Set CONTRACT_TOKEN to an access token of the deployment.');
  const url = new URL(values.url ?? '').href.replace(/\/+$/, '');
  const [cases, concurrency, timeout] = (['cases', 'concurrency', 'timeout'] as const).map((name) =>
    whole(name, values[name] ?? COUNTS[name]),
  );
  const stop = new AbortController();
  const end = () => {
    // The second time by force, with what was made still there.
    if (stop.signal.aborted) process.exit(2);
    process.stdout.write('Ending; the drafts that were made are deleted first.\n');
    stop.abort();
  };
  process.on('SIGINT', end).on('SIGTERM', end);
  const { publish, refresh, disconnect } = values;
  return testDeployment({
    url,
    token,
    apiKey: apiKey || undefined,
    callbackUrl: values['callback-url'],
    contract: new URL('../openapi.yaml', import.meta.url),
    allowed: { publish, refresh, disconnect },
    documentedOnly: values['documented-only'],
    cases: cases ?? 0,
    seed: values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : whole('seed', values.seed),
    concurrency: concurrency ?? 1,
    timeout: (timeout ?? 1) * 1000,
    signal: stop.signal,
    say: (line) => process.stdout.write(`${line}\n`),
  });
}

function whole(name: string, text: string | number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new Error(`--${name} must be a whole number, not ${text}.`);
  return value;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n\n${USAGE}`);
  process.exitCode = 2;
}
