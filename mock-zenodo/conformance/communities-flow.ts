import assert from 'node:assert/strict';
import { createRdm, type RdmRecord, rdm, upload } from './records-flow.js';
import { type Answer, call, type Rule, type Target } from './rule.js';

/** The parts of a community that rules look at. */
export interface Community {
  id: string;
  slug: string;
  metadata: { title: string };
  access: Record<string, string>;
  links: Record<string, string>;
}

/** The parts of a request that rules look at. */
export interface Request {
  id: string;
  number: string;
  type: string;
  status: string;
  title: string;
  is_open: boolean;
  is_closed: boolean;
  created_by: { user: string };
  receiver: { community: string };
  topic: { record: string };
  links: { self: string; next_html?: string; actions: Record<string, string> };
}

/** The response to adding a record to communities. */
export interface Added {
  processed?: { community_id: string; request_id: string; request: Request }[];
  errors?: { community_id?: string; community?: string; message: string }[];
}

let made = 0;

/** Creates a community with an unused slug. */
export async function createCommunity(
  target: Target,
  access: Record<string, string> = {},
  token: string | null | undefined = target.token,
): Promise<Community> {
  made += 1;
  const slug = `rule-${Date.now().toString(36)}-${made}`;
  const json = { slug, metadata: { title: 'A community of rules' }, access };
  const answer = await call(target, 'POST', '/api/communities', { json, token });
  assert.equal(answer.status, 201, answer.text);
  return answer.json as Community;
}

/** Runs a check on a new community, and deletes the community afterwards. */
export function onCommunity(
  check: (target: Target, community: Community) => Promise<void>,
  access: Record<string, string> = {},
): Rule['check'] {
  return async (target) => {
    const community = await createCommunity(target, access);
    try {
      await check(target, community);
    } finally {
      await call(target, 'DELETE', `/api/communities/${community.id}`);
    }
  };
}

/** Requests that a record is added to communities. */
export function add(target: Target, id: string | number, ...ids: string[]): Promise<Answer> {
  const json = { communities: ids.map((one) => ({ id: one })) };
  return call(target, 'POST', `/api/records/${id}/communities`, { json });
}

/** What an RDM record says about its communities. */
export async function joined(target: Target, id: string | number): Promise<unknown> {
  const { parent } = (await rdm(target, 'GET', `/api/records/${id}`)).json as {
    parent: { communities: { ids?: string[] } };
  };
  return parent.communities.ids ?? [];
}

/** Metadata of a draft that can be submitted. */
export async function completeDraft(target: Target): Promise<RdmRecord> {
  const draft = await createRdm(target);
  await upload(target, draft.id, 'a.csv', 'hello');
  return draft;
}

/** The error message for one field. */
export const invalid = (field: string, message: string) =>
  `{"status": 400, "message": "A validation error occurred.", "errors": [{"field": "${field}", "messages": ["${message}"]}]}`;

/** Asks a community to publish a draft. */
export function review(target: Target, id: string, community: Community): Promise<Answer> {
  const json = { type: 'community-submission', receiver: { community: community.id } };
  return call(target, 'PUT', `/api/records/${id}/draft/review`, { json });
}

/** Submits a draft. */
export async function submit(target: Target, id: string, json?: object): Promise<Request> {
  const path = `/api/records/${id}/draft/actions/submit-review`;
  const answer = await call(target, 'POST', path, json === undefined ? {} : { json });
  assert.equal(answer.status, 202, answer.text);
  return answer.json as Request;
}
