import { parseArgs } from 'node:util';
import { testDeployment } from './deployment.js';

const USAGE = `npm run contract -- --url URL [options]

Tests a deployment of this API against openapi.yaml. Set CONTRACT_TOKEN to an access token and, if the deployment requires
an API key, CONTRACT_API_KEY. See docs/contract.md.

  --cases N            number of generated requests for all calls together (default: 1000)
  --seed N             seed of the generated requests, to repeat a run (default: a new one)
  --concurrency N      number of concurrent calls (default: 2)
  --timeout SECONDS    longest time for a response (default: 120)
  --callback-url URL   an allowed callback URL (default: http://127.0.0.1:8000/zenodo/callback/)
  --documented-only    test only the seven calls of the documented workflow
  --refresh            also renew the token; another implementation may end the old token
  --publish            also publish one draft; its record cannot be deleted
  --disconnect         end the connection afterwards, which invalidates the token

Exit code 0: the deployment keeps the contract. 1: it breaks it. 2: that could not be determined.
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
    // The second signal ends the run at once and leaves the created drafts.
    if (stop.signal.aborted) process.exit(2);
    process.stdout.write('Stopping after the created drafts are deleted.\n');
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
    throw new Error(`--${name} must be an integer, not ${text}.`);
  return value;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n\n${USAGE}`);
  process.exitCode = 2;
}
