import assert from 'node:assert/strict';
import { createDraft, type Deposition, onDraft, PUBLISHABLE, publish } from './files-flow.js';
import { type Answer, call, type Rule, type Target } from './rule.js';

/** The media type for RDM JSON in the records API. */
export const RDM = 'application/vnd.inveniordm.v1+json';

/** The minimum of metadata for publishing, in RDM form. */
export const RDM_METADATA = {
  resource_type: { id: 'dataset' },
  title: 'A rule about records',
  publication_date: '2026-01-02',
  publisher: 'Zenodo',
  creators: [{ person_or_org: { type: 'personal', family_name: 'Doe', given_name: 'Jane' } }],
};

/** The parts of RDM JSON that rules look at. */
export interface RdmRecord {
  id: string;
  revision_id: number;
  is_draft: boolean;
  is_published: boolean;
  status: string;
  pids: Record<string, { identifier: string; provider: string; client?: string }>;
  metadata: Record<string, unknown>;
  parent: { id: string };
  files: { enabled: boolean; count?: number; entries?: Record<string, unknown> };
  versions: { index: number; is_latest: boolean; is_latest_draft: boolean };
  links: Record<string, string>;
  errors?: { field: string; messages: string[] }[];
}

/** Calls the records API for RDM JSON. */
export function rdm(
  target: Target,
  method: string,
  path: string,
  options: Parameters<typeof call>[3] = {},
): Promise<Answer> {
  return call(target, method, path, { ...options, headers: { accept: RDM, ...options.headers } });
}

/** Creates a draft through the records API. */
export async function createRdm(target: Target, metadata: object = RDM_METADATA): Promise<RdmRecord> {
  const json = { metadata, files: { enabled: true } };
  const answer = await rdm(target, 'POST', '/api/records', { json });
  assert.equal(answer.status, 201, answer.text);
  return answer.json as RdmRecord;
}

/** Runs a check on a new draft of the records API, and deletes the draft afterwards. */
export function onRdmDraft(check: (target: Target, draft: RdmRecord) => Promise<void>): Rule['check'] {
  return async (target) => {
    const draft = await createRdm(target);
    try {
      await check(target, draft);
    } finally {
      await call(target, 'DELETE', `/api/records/${draft.id}/draft`);
    }
  };
}

/** Uploads a file in three steps. */
export async function upload(target: Target, id: string, key: string, content: string): Promise<Answer> {
  const files = `/api/records/${id}/draft/files`;
  const file = `${files}/${key.split('/').map(encodeURIComponent).join('/')}`;
  const announced = await call(target, 'POST', files, { json: [{ key }] });
  assert.equal(announced.status, 201, announced.text);
  const body = new TextEncoder().encode(content);
  const headers = { 'content-type': 'application/octet-stream' };
  const sent = await call(target, 'PUT', `${file}/content`, { body, headers });
  assert.equal(sent.status, 200, sent.text);
  return call(target, 'POST', `${file}/commit`);
}

const published = new Map<string, Promise<Deposition>>();

/** A published record that rules share. None may change it. */
export function sharedRecord(target: Target): Promise<Deposition> {
  const found = published.get(target.url) ?? publish(target, {}, { 'a b.csv': 'hello', 'b.txt': 'other' });
  published.set(target.url, found);
  return found;
}

export { createDraft, type Deposition, onDraft, PUBLISHABLE, publish };
