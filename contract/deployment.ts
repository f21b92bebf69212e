import { randomBytes } from 'node:crypto';
import { createJudge } from './answers.js';
import { API_KEY, CONTAINER, TOKEN } from './call.js';
import { createClient } from './client.js';
import { type Operation, readContract } from './document.js';
import { createDrafts } from './drafts.js';
import { createLane } from './lane.js';
import { type Allowed, isDocumented } from './policy.js';
import { ProductionZenodo } from './production.js';
import { createFindings, reportOf } from './report.js';
import { requestsOf } from './requests.js';
import { tryOut } from './trial.js';
import { CannotRun, disconnect, lookAtConsent, runWorkflow, type Workplace } from './workflow.js';

export interface DeploymentOptions {
  /** URL of the deployment, without a slash at the end. */
  url: string;
  token: string;
  apiKey?: string | undefined;
  callbackUrl: string;
  /** The contract that it is checked against. */
  contract: string | URL;
  allowed: Allowed;
  documentedOnly: boolean;
  /** Number of generated requests, over all calls. */
  cases: number;
  seed: number;
  /** Number of calls that are tested at the same time. */
  concurrency: number;
  /** How long a response may take, in milliseconds. */
  timeout: number;
  /** Ends the run early. What was created is deleted all the same. */
  signal: AbortSignal;
  say(line: string): void;
}

/** 0: the contract is kept. 1: it is not. 2: that could not be found out. */
export type Verdict = 0 | 1 | 2;

/** Milliseconds between two progress lines. */
const PROGRESS = 5000;

/** Distance between the seeds of two calls. */
const SEED_STEP = 1_000_003;

/** Tests a deployment, prints the progress and the findings, and deletes what it created. */
export async function testDeployment(options: DeploymentOptions): Promise<Verdict> {
  const { url, token, apiKey, signal, allowed } = options;
  const say = discreet(options.say, [token, apiKey]);
  const contract = await readContract(options.contract);
  const findings = createFindings();
  const values = {
    [TOKEN]: token,
    [CONTAINER]: `contract-test-${randomBytes(8).toString('hex')}`,
    ...(apiKey === undefined ? {} : { [API_KEY]: apiKey }),
  };
  const client = createClient({
    url,
    judge: createJudge(contract),
    values,
    timeout: options.timeout,
    signal,
    note: say,
  });
  const key: Record<string, string> = apiKey === undefined ? {} : { 'x-api-key': API_KEY };
  const headers = { ...key, authorization: `Bearer ${TOKEN}` };
  const drafts = createDrafts(contract, client, headers);
  const place: Workplace = { ...options, contract, client, drafts, findings, headers: key, note: say };
  const operations = contract.operations.filter((one) => !options.documentedOnly || isDocumented(one));

  const left = async () => {
    const ids = await drafts.deleteAll();
    if (ids.length > 0) say(`These drafts could not be deleted; delete them by hand: ${ids.join(', ')}`);
  };
  try {
    await lookAtConsent(place);
    say(`${url}, seed ${options.seed}. The workflow:`);
    await runWorkflow(place, allowed);
    await generated(place, operations, options, headers, say);
    await left();
    if (allowed.disconnect && !signal.aborted) await disconnect({ ...place, headers });
  } catch (error) {
    await left();
    if (!(error instanceof ProductionZenodo || error instanceof CannotRun)) throw error;
    say(error.message);
    return 2;
  } finally {
    await client.close();
  }
  for (const line of reportOf(url, operations, findings, signal.aborted)) say(line);
  if (findings.faults().length > 0) return 1;
  return signal.aborted ? 2 : 0;
}

/** Prints nothing that contains a secret, whatever the service has returned. */
function discreet(say: (line: string) => void, secrets: readonly (string | undefined)[]) {
  return (line: string) =>
    say(secrets.reduce<string>((text, one) => (one ? text.replaceAll(one, '***') : text), line));
}

/** Sends the generated requests, several calls at a time. An error in one of them ends the run. */
async function generated(
  { contract, client, drafts, findings }: Workplace,
  operations: readonly Operation[],
  { allowed, callbackUrl, apiKey, cases, seed, concurrency, signal }: DeploymentOptions,
  headers: Record<string, string>,
  say: (line: string) => void,
): Promise<void> {
  const asked = () => operations.reduce((sum, one) => sum + findings.tallyOf(one).cases, 0);
  const before = asked();
  const tell = () =>
    say(`${asked() - before} of ${cases} generated requests, ${findings.faults().length} faults`);
  const timer = setInterval(tell, PROGRESS).unref();
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const until = (index: number) => Math.floor((cases * index) / operations.length);
  const queue = [...operations.entries()];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined && !either.aborted; next = queue.shift()) {
      const [index, operation] = next;
      const requests = requestsOf(operation, { allowed, callbackUrl, hasApiKey: apiKey !== undefined });
      const lane = createLane(contract, operation, client, drafts, headers);
      const share = until(index + 1) - until(index);
      const options = { cases: share, seed: seed + index * SEED_STEP, signal: either };
      await tryOut(operation, requests, { client, lane, findings }, options);
    }
  };
  const workers = Array.from({ length: concurrency }, () =>
    worker().catch((error: unknown) => {
      stop.abort();
      throw error;
    }),
  );
  const failed = (await Promise.allSettled(workers)).find(({ status }) => status === 'rejected');
  clearInterval(timer);
  tell();
  if (failed?.status === 'rejected') throw failed.reason;
}
