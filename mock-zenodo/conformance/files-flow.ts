import assert from 'node:assert/strict';
import { type Answer, call, type Rule, type Target } from './rule.js';

/** The parts of a deposition that rules about files use. */
export interface Deposition {
  id: number;
  conceptrecid: string;
  links: { self: string; files: string; bucket: string; publish: string; latest_draft: string };
  files: { id: string; filename: string; filesize: number; checksum: string }[];
}

/** The minimum of metadata for publishing. */
export const PUBLISHABLE = {
  title: 'A rule about files',
  upload_type: 'dataset',
  description: '<p>Made by the conformance suite.</p>',
  creators: [{ name: 'Doe, Jane', affiliation: 'Example University' }],
};

/** Creates a draft. */
export async function createDraft(target: Target, metadata: object = {}): Promise<Deposition> {
  const answer = await call(target, 'POST', '/api/deposit/depositions', { json: { metadata } });
  assert.equal(answer.status, 201, answer.text);
  return answer.json as Deposition;
}

/** Runs a check on a new draft, and deletes the draft afterwards. */
export function onDraft(check: (target: Target, draft: Deposition) => Promise<void>): Rule['check'] {
  return async (target) => {
    const draft = await createDraft(target);
    try {
      await check(target, draft);
    } finally {
      await call(target, 'DELETE', draft.links.self);
    }
  };
}

/** The URL of a key in a draft's bucket. */
export function keyUrl(draft: Deposition, key: string): string {
  return `${draft.links.bucket}/${encodeURIComponent(key)}`;
}

/** Puts a small file. */
export async function put(
  target: Target,
  draft: Deposition,
  key: string,
  body: string | Uint8Array = 'hello',
  headers: Record<string, string> = {},
  token?: string | null,
): Promise<Answer> {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  return call(target, 'PUT', keyUrl(draft, key), {
    body: bytes,
    headers,
    ...(token !== undefined && { token }),
  });
}

/**
 * Publishes a dataset with the given files (`a.csv` by default). Uses the given draft if there is
 * one.
 */
export async function publish(
  target: Target,
  metadata: object = {},
  files: Record<string, string> = { 'a.csv': 'hello' },
): Promise<Deposition> {
  const draft = await createDraft(target, { ...PUBLISHABLE, ...metadata });
  for (const [key, content] of Object.entries(files)) {
    assert.equal((await put(target, draft, key, content)).status, 201);
  }
  const answer = await call(target, 'POST', draft.links.publish);
  assert.equal(answer.status, 202, answer.text);
  return { ...(answer.json as Deposition), links: draft.links };
}

/**
 * A multipart form with the given parts, in their order. A third item makes a part a file with that
 * name.
 */
export function form(...parts: [string, string, string?][]): FormData {
  const data = new FormData();
  for (const [name, value, filename] of parts) {
    if (filename === undefined) data.append(name, value);
    else data.append(name, new Blob([value]), filename);
  }
  return data;
}

/** Checks a response for a status and the exact body of a domain error. */
export function isDomainError(answer: Answer, status: number, message: string): void {
  assert.deepEqual(
    [answer.status, answer.text],
    [status, `{"status": ${status}, "message": ${JSON.stringify(message)}}`],
  );
}

/** Checks a response for a status and the exact body of a framework error. */
export function isFrameworkError(answer: Answer, status: number, message: string): void {
  assert.deepEqual(
    [answer.status, answer.text],
    [status, `{"message":${JSON.stringify(message)},"status":${status}}\n`],
  );
}

/** The router's 404. */
export const NO_ROUTE =
  'The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.';
