import assert from 'node:assert/strict';
import { createDraft, type Deposition, PUBLISHABLE, publish } from './files-flow.js';
import { type Answer, call, type Need, type Rule, type Target } from './rule.js';

/** The path of the legacy deposit API. */
export const BASE = '/api/deposit/depositions';

/** The sources of many rules. */
export const RESOURCES = 'zenodo/zenodo-rdm:site/zenodo_rdm/legacy/resources.py';
export const SERVICES = 'zenodo/zenodo-rdm:site/zenodo_rdm/legacy/services.py';
export const LEGACY_IN = 'zenodo/zenodo-rdm:site/zenodo_rdm/legacy/deserializers/metadata.py';
export const LEGACY_OUT = 'zenodo/zenodo-rdm:site/zenodo_rdm/legacy/serializers/schemas/legacyjson.py';
export const FLOW_TESTS = 'zenodo/zenodo-rdm:site/tests/legacy/deposits/test_rest_api_simpleflow.py';
export const FLASK_RESOURCES = 'inveniosoftware/flask-resources:flask_resources/content_negotiation.py';
export const RDM_SCHEMA =
  'inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/schemas/metadata.py';

/** A JSON object. */
export type Fields = Record<string, unknown>;

/** The parts of a deposition that these rules look at. */
export interface Shown {
  id: number;
  conceptrecid: string;
  metadata: Fields;
  title: string;
  links: Record<string, string>;
  state: string;
  submitted: boolean;
  files: Fields[];
  doi?: string;
  conceptdoi?: string;
  modified: string;
}

/** The visible parts of a response. */
export function shown(answer: Answer): Shown {
  return answer.json as Shown;
}

/** Saves metadata in a draft and returns the answer. */
export function save(target: Target, draft: { links: { self: string } }, metadata: unknown): Promise<Answer> {
  return call(target, 'PUT', draft.links.self, { json: { metadata } });
}

/**
 * The `errors` of a refused request as `field: message` texts. Fails unless it is a validation
 * error.
 */
export function refusals(answer: Answer): string[] {
  const body = answer.json as { message: string; errors: { field: string; messages: string[] }[] };
  assert.deepEqual([answer.status, body.message], [400, 'A validation error occurred.'], answer.text);
  return body.errors.flatMap(({ field, messages }) => messages.map((message) => `${field}: ${message}`));
}

/** Checks that a response is the application's own 500, with or without an `error_id`. */
export function isInternalError(answer: Answer): void {
  assert.equal(answer.status, 500, answer.text);
  assert.match(answer.text, /"message":"The server encountered an internal error .*","status":500\}\n$/);
}

/** Sends JSON to create a draft, and deletes the draft. */
export async function tryToCreate(target: Target, body: unknown): Promise<Answer> {
  const answer = await call(target, 'POST', BASE, { json: body });
  if (answer.status === 201) await call(target, 'DELETE', `${BASE}/${shown(answer).id}`);
  return answer;
}

/** Runs a check on a new published record. */
export function onRecord(check: (target: Target, record: Deposition) => Promise<void>): Rule['check'] {
  return async (target) => check(target, await publish(target));
}

/** The needs of a rule that publishes. */
export const PUBLISHES: Need[] = ['publish'];

/** A draft that lacks only a file. */
export function completeDraft(target: Target, metadata: Fields = {}): Promise<Deposition> {
  return createDraft(target, { ...PUBLISHABLE, ...metadata });
}
