import { type DeploymentOptions, testDeployment, type Verdict } from '../contract/deployment.js';
import { CALLBACK } from './consent.js';

/** The token that is sent if no other is given. */
export const TOKEN = 'zds_not-to-be-shown';

/** Runs the tester in this process; its verdict, and all that it said. */
export async function tested(
  url: string,
  options: Partial<DeploymentOptions> = {},
): Promise<{ verdict: Verdict; said: string }> {
  const lines: string[] = [];
  const verdict = await testDeployment({
    url,
    token: TOKEN,
    callbackUrl: CALLBACK,
    contract: new URL('../openapi.yaml', import.meta.url),
    allowed: { publish: false, refresh: false, disconnect: false },
    documentedOnly: false,
    cases: 0,
    seed: 1,
    concurrency: 2,
    timeout: 30_000,
    signal: new AbortController().signal,
    say: (line) => void lines.push(line),
    ...options,
  });
  return { verdict, said: lines.join('\n') };
}
