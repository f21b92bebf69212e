import { DEPOSITION_ID, UPLOAD_ID, type Values } from './call.js';
import type { Client, Exchange } from './client.js';
import type { Contract, Operation } from './document.js';
import { type Drafts, jsonOf } from './drafts.js';
import { KNOWN_FILE } from './parameters.js';
import { isForGood, nameOf } from './policy.js';

/**
 * Creates what the requests for one call need to find: a draft of this run, a file in it, an
 * upload.
 */
export interface Lane {
  /** Ensures that it exists. */
  prepare(): Promise<Values>;
  /** Notes what a request may have changed. */
  after(exchange: Exchange): Promise<void>;
}

/** Number of requests after which a draft is replaced: Zenodo accepts a hundred files. */
const LIFE = 40;

export function createLane(
  { operations }: Contract,
  operation: Operation,
  client: Client,
  drafts: Drafts,
  headers: Record<string, string>,
): Lane {
  const put = operations.find((one) => nameOf(one) === 'PUT /depositions/{id}/files/{name}');
  const needsDraft = operation.path.includes('{id}') && !isForGood(operation);
  const needsUpload = operation.path.includes('{uploadId}');
  const needsFile = needsUpload || operation.path.includes('{name}');
  let id: number | null = null;
  let uploadId: string | null = null;
  let age = 0;
  let hasFile = false;
  let hopeless = false;

  const bringFile = async (): Promise<void> => {
    if (put === undefined || id === null) return;
    const path = `/depositions/${DEPOSITION_ID}/files/${KNOWN_FILE}`;
    const body = Buffer.from(`contract test ${age}\n`);
    const type = { 'content-type': 'application/octet-stream' };
    const call = { operation: put, path, headers: { ...headers, ...type }, body };
    const { answer } = await client.send(call, { [DEPOSITION_ID]: String(id) });
    const { upload_id: upload } = jsonOf(answer?.text ?? '');
    if (typeof upload === 'string') uploadId = upload;
    hasFile = true;
  };

  return {
    async prepare() {
      age += 1;
      if ((needsDraft || needsUpload) && !hopeless && (id === null || age > LIFE)) {
        if (id !== null) await drafts.remove(id);
        id = await drafts.make();
        age = 0;
        hasFile = false;
        // A deployment that created none will not create one the next time.
        hopeless = id === null;
      }
      if (needsFile && !hasFile) await bringFile();
      return {
        ...(id === null ? {} : { [DEPOSITION_ID]: String(id) }),
        ...(uploadId === null ? {} : { [UPLOAD_ID]: uploadId }),
      };
    },

    async after(exchange) {
      const made = drafts.saw(exchange);
      if (made !== null) await drafts.remove(made);
      const { call, answer } = exchange;
      if (call.operation.method !== 'DELETE' || answer === null || answer.status >= 300) return;
      if (nameOf(call.operation) === 'DELETE /depositions/{id}' && id !== null) {
        drafts.forget(id);
        id = null;
      }
      hasFile = false;
    },
  };
}
