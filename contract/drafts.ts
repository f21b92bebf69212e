import { setTimeout as sleep } from 'node:timers/promises';
import { CONTAINER, DEPOSITION_ID } from './call.js';
import type { Client, Exchange } from './client.js';
import type { Contract, Operation } from './document.js';
import { nameOf } from './policy.js';

/** The depositions that this run has created. No other is ever touched. */
export interface Drafts {
  /** Creates a draft with its own container; null if the deployment creates none. */
  make(): Promise<number | null>;
  /** Returns the id of the draft that a call has created, which then belongs to this run. */
  saw(exchange: Exchange): number | null;
  /** Deletes a draft. If that fails, it is tried again at the end. */
  remove(id: number): Promise<void>;
  /** Notes that it is gone, or published and permanent. */
  forget(id: number): void;
  /** Deletes all that are left, with repeated attempts. Returns those that could not be deleted. */
  deleteAll(): Promise<number[]>;
}

/** The other call that creates a draft: of what this run has published. */
const VERSIONS = 'POST /depositions/{id}/versions';

/** How often deleting is tried, and the wait in between in milliseconds. */
const ATTEMPTS = 4;
const PAUSE = 2000;

export function createDrafts(
  { operations }: Contract,
  client: Client,
  headers: Record<string, string>,
): Drafts {
  const own = new Set<number>();
  /** Containers of calls whose response does not say whether there is a draft. */
  const unsure = new Set<string>();
  let count = 0;
  const find = (name: string): Operation | undefined => operations.find((one) => nameOf(one) === name);
  const creation = find('POST /depositions');
  const listing = find('GET /depositions');
  const deletion = find('DELETE /depositions/{id}');

  const saw = ({ call, answer }: Exchange): number | null => {
    if (call.operation !== creation && nameOf(call.operation) !== VERSIONS) return null;
    if (answer?.status === 201) {
      const { deposition_id: id } = jsonOf(answer.text);
      if (!Number.isSafeInteger(id)) return null;
      own.add(Number(id));
      return Number(id);
    }
    const { container_id: container } = jsonOf(call.body?.toString('utf8') ?? '');
    const isUnsure = answer === null || answer.status >= 500;
    if (isUnsure && typeof container === 'string' && container.startsWith(CONTAINER)) unsure.add(container);
    return null;
  };

  const remove = async (id: number): Promise<void> => {
    if (deletion === undefined) return;
    const call = { operation: deletion, path: `/depositions/${DEPOSITION_ID}`, headers };
    const { answer } = await client.send(call, { [DEPOSITION_ID]: String(id) });
    if (answer !== null && [204, 404].includes(answer.status)) own.delete(id);
  };

  const make = async (): Promise<number | null> => {
    if (creation === undefined) return null;
    count += 1;
    const body = Buffer.from(JSON.stringify({ container_id: `${CONTAINER}-${count}` }));
    const type = { 'content-type': 'application/json' };
    return saw(
      await client.send({ operation: creation, path: creation.path, headers: { ...headers, ...type }, body }),
    );
  };

  const lookAgain = async (): Promise<void> => {
    if (listing === undefined) return;
    for (const container of unsure) {
      const path = `/depositions?page=1&size=100&container_id=${CONTAINER}${encodeURIComponent(container.slice(CONTAINER.length))}`;
      const { answer } = await client.send({ operation: listing, path, headers });
      const listed = jsonOf(answer?.text ?? '')['depositions'];
      for (const { deposition_id: id, state } of Array.isArray(listed) ? listed : []) {
        if (state === 'draft' && Number.isSafeInteger(id)) own.add(Number(id));
      }
    }
  };

  const deleteAll = async (): Promise<number[]> => {
    await lookAgain().catch(() => undefined);
    for (let attempt = 0; attempt < ATTEMPTS && own.size > 0; attempt += 1) {
      if (attempt > 0) await sleep(PAUSE);
      for (const id of [...own]) await remove(id).catch(() => undefined);
    }
    return [...own];
  };

  return { make, saw, remove, forget: (id) => void own.delete(id), deleteAll };
}

/** The properties of a JSON object; empty if it is not an object. */
export function jsonOf(text: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
