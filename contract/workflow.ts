import { CONTAINER, DEPOSITION_ID, NEW_TOKEN, TOKEN, type Values } from './call.js';
import type { Client } from './client.js';
import type { Contract } from './document.js';
import { type Drafts, jsonOf } from './drafts.js';
import { ABSENT, type Allowed, isDocumented, nameOf } from './policy.js';
import { namesProduction, ProductionZenodo } from './production.js';
import type { Findings } from './report.js';

/** Thrown if nothing can be tested. */
export class CannotRun extends Error {
  override readonly name = 'CannotRun';
}

/** What every step of the workflow needs. */
export interface Workplace {
  contract: Contract;
  client: Client;
  drafts: Drafts;
  findings: Findings;
  /** The service key, if there is one. */
  headers: Record<string, string>;
  callbackUrl: string;
  note(line: string): void;
}

interface Sent {
  json?: unknown;
  body?: Buffer;
  type?: string;
  values?: Values;
  /** Replaces the placeholder of the real token; null means no token. */
  token?: string | null;
}

/** The response to a step. */
interface Answered {
  status: number;
  body: Record<string, unknown>;
}

/**
 * Makes a call of the workflow. A response other than `expected` is a fault, unless Zenodo failed
 * or the call is not offered.
 */
type Step = (name: string, expected: readonly number[], sent?: Sent) => Promise<Answered>;

function createStep({ contract, client, drafts, findings, headers, note }: Workplace): Step {
  return async (name, expected, { json, body, type, values = {}, token = TOKEN } = {}) => {
    const operation = contract.operations.find((one) => nameOf(one) === name);
    if (operation === undefined) throw new CannotRun(`The contract has no call ${name}.`);
    const bytes = json === undefined ? body : Buffer.from(JSON.stringify(json));
    const contentType = json === undefined ? type : 'application/json';
    const exchange = await client.send(
      {
        operation,
        path: operation.path.replace('{id}', DEPOSITION_ID),
        headers: {
          ...headers,
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(contentType === undefined ? {} : { 'content-type': contentType }),
        },
        ...(bytes === undefined ? {} : { body: bytes }),
      },
      values,
    );
    findings.count(exchange);
    drafts.saw(exchange);
    const status = exchange.answer?.status ?? 0;
    const absent = !isDocumented(operation) && ABSENT.includes(status);
    const isElsewhere = status === 0 || [429, 502, 503, 504].includes(status);
    const faults = absent ? [] : [...exchange.faults];
    if (!absent && !isElsewhere && !expected.includes(status)) {
      faults.push(`returned ${status}, but the workflow needs ${expected.join(' or ')}`);
    }
    for (const reason of faults) findings.add({ operation, reason, exchange });
    note(`  ${absent ? '-' : faults.length === 0 ? '✓' : '✗'} ${name}: ${status || 'no response'}`);
    return { status, body: jsonOf(exchange.answer?.text ?? '') };
  };
}

/**
 * Requests the consent page, which shows which Zenodo this is. Throws ProductionZenodo, or
 * CannotRun if that cannot be found out.
 */
export async function lookAtConsent(place: Workplace): Promise<void> {
  const json = { container_id: CONTAINER, django_callback_url: place.callbackUrl };
  const { status, body } = await createStep(place)('POST /oauth/authorize', [200], { json, token: null });
  const link = body['zenodo_oauth_url'];
  if (status !== 200 || typeof link !== 'string' || !URL.canParse(link)) {
    throw new CannotRun(
      `/oauth/authorize returned ${status || 'nothing'} and no link, so it is unknown which Zenodo the deployment uses. ` +
        'Check --url, whether the deployment allows this --callback-url, and whether it requires CONTRACT_API_KEY.',
    );
  }
  if (namesProduction(link)) throw new ProductionZenodo('The consent link');
}

/** The documented workflow, with one draft from its creation to its end. */
export async function runWorkflow(place: Workplace, allowed: Allowed): Promise<void> {
  const step = createStep(place);
  const unknown = { code: 'contract-test', state: 'contract-test', django_callback_url: place.callbackUrl };
  await step('POST /oauth/callback', [400], { json: unknown, token: null });
  const container = { container_id: `${CONTAINER}-workflow` };
  const { status, body } = await step('POST /depositions', [201], { json: container });
  if (status === 401 || status === 403) throw new CannotRun('The deployment does not accept CONTRACT_TOKEN.');
  const { deposition_id: id } = body;
  if (status !== 201 || typeof id !== 'number') {
    place.note(
      '  - no draft could be created, so calls for drafts are tested only with ids that do not exist',
    );
    return;
  }
  const values = { [DEPOSITION_ID]: String(id) };
  await step('POST /depositions', [200], { json: container });
  await step('GET /depositions/{id}/verify', [200], { values });
  await step('POST /depositions/{id}/files', [200, 202], { values, ...FORM });
  await step('POST /depositions/{id}/metadata', [200], { values, json: METADATA });
  await step('POST /depositions/{id}/check', [200], { values, json: {} });
  await step('GET /depositions/{id}', [200], { values });
  await step('GET /depositions/{id}/files', [200], { values });
  if (allowed.refresh) await renew(step, values);
  if (allowed.publish) await publish(place, step, values);
  else await step('DELETE /depositions/{id}', [204], { values });
  place.drafts.forget(id);
}

/** A new token works, and the old one continues to work. */
async function renew(step: Step, values: Values): Promise<void> {
  const { status, body } = await step('POST /oauth/refresh', [200], { json: {} });
  if (status !== 200) return;
  const renewed = { ...values, [NEW_TOKEN]: String(body['access_token']) };
  await step('GET /depositions/{id}/verify', [200], { values: renewed, token: NEW_TOKEN });
  await step('GET /depositions/{id}/verify', [200], { values });
}

/** Publishes once; the record stays. The draft of a new version is deleted again. */
async function publish({ drafts }: Workplace, step: Step, values: Values): Promise<void> {
  const { status } = await step('POST /depositions/{id}/publish', [200], { values, json: {} });
  if (status !== 200) return;
  await step('POST /depositions/{id}/publish', [200], { values, json: {} });
  await step('DELETE /depositions/{id}', [409], { values });
  await step('POST /depositions/{id}/edit', [200], { values, json: {} });
  await step('POST /depositions/{id}/discard', [200], { values, json: {} });
  const { status: opened, body } = await step('POST /depositions/{id}/versions', [201], { values, json: {} });
  const version = Number(body['deposition_id']);
  if (opened === 201 && Number.isSafeInteger(version)) await drafts.remove(version);
}

/** Ends the connection, and with it the token. */
export async function disconnect(place: Workplace): Promise<void> {
  await createStep(place)('POST /oauth/disconnect', [200], { json: {} });
}

const METADATA = {
  title: 'Contract test',
  description: 'Created by a test of the API and deleted afterwards.',
  contributors: [{ first_name: 'Conny', last_name: 'Tract', role: 'Author' }],
  keywords: ['test'],
  license: 'CC-BY-4.0',
  resource_type: 'Data',
};

const FORM = {
  type: 'multipart/form-data; boundary=contract',
  body: Buffer.from(
    [
      '--contract',
      'Content-Disposition: form-data; name="access_token"',
      '',
      TOKEN,
      '--contract',
      'Content-Disposition: form-data; name="files"; filename="values.csv"',
      '',
      'a,b',
      '--contract',
      'Content-Disposition: form-data; name="files"; filename="folder/more.csv"',
      '',
      'c,d',
      '--contract--',
      '',
    ].join('\r\n'),
  ),
};
