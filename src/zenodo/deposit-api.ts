import { Type } from 'typebox';
import {
  type BucketFile,
  BucketFileSchema,
  type ZenodoDeposition,
  ZenodoDepositionSchema,
} from './deposition.js';
import { bucketIdOf, bucketPath, depositionFilePath, depositionPath, zenodoPath } from './paths.js';
import { type Asked, parse, refusalProblem, requireId, requireSuccess, unknownForm } from './responses.js';
import type { ZenodoDownload, ZenodoRequest } from './send.js';
import type { FilePut, Transport } from './transport-types.js';

export type DepositApi = ReturnType<typeof depositApi>;

/**
 * Zenodo's deposit API (`/api/deposit`, `/api/files`) in one user's name, one method per endpoint.
 * Each sends one request, and throws the Problem for the caller. Nothing is retried here: only the
 * caller knows whether that is safe.
 */
export function depositApi(zenodo: Transport) {
  const deposition = async (request: ZenodoRequest, asked: Asked) =>
    parse(await zenodo.send(request), asked, ZenodoDepositionSchema);

  const same = async (id: number, request: ZenodoRequest, asked: Asked) =>
    requireId(await deposition(request, asked), id);

  return {
    /** POST /api/deposit/depositions with `{}`: 201, the draft with its bucket. */
    create(): Promise<ZenodoDeposition> {
      return deposition(
        { method: 'POST', path: zenodoPath('api', 'deposit', 'depositions'), json: {} },
        'create',
      );
    },

    /**
     * GET: the draft if there is one, else the published record. `own`: Zenodo has just shown it to
     * this user.
     */
    read(id: number, { own = false } = {}): Promise<ZenodoDeposition> {
      return same(id, { method: 'GET', path: depositionPath(id), own }, 'read');
    },

    /**
     * DELETE: deletes a draft permanently; for a published record with an open edit, only the edit.
     */
    async delete(id: number): Promise<void> {
      requireSuccess(await zenodo.send({ method: 'DELETE', path: depositionPath(id) }), 'delete');
    },

    /** GET of the listing: without bucket links, and seconds old (zenodo/zenodo#2517). */
    async list(query: Record<string, string | number>): Promise<ZenodoDeposition[]> {
      const path = zenodoPath('api', 'deposit', 'depositions');
      const answer = await zenodo.send({ method: 'GET', path, query });
      return parse(answer, 'list', Type.Array(ZenodoDepositionSchema));
    },

    /**
     * POST …/actions/publish. A 504 may be a success (zenodo/zenodo#2442): read the record before
     * reporting a failure.
     */
    publish(id: number): Promise<ZenodoDeposition> {
      return same(id, { method: 'POST', path: depositionPath(id, 'actions', 'publish') }, 'publish');
    },

    /** POST …/actions/edit: 201 with the edit, also if it was already open. */
    edit(id: number): Promise<ZenodoDeposition> {
      return same(id, { method: 'POST', path: depositionPath(id, 'actions', 'edit') }, 'edit');
    },

    /**
     * POST …/actions/discard: discards an edit. A draft that was never published is deleted
     * permanently (zenodo/zenodo-rdm#181).
     */
    async discard(id: number): Promise<void> {
      const path = depositionPath(id, 'actions', 'discard');
      requireSuccess(await zenodo.send({ method: 'POST', path }), 'discard');
    },

    /**
     * POST …/actions/newversion: 201 with the new draft and its files; the old platform returns the
     * old record. Refused while a draft with files is open.
     */
    newVersion(id: number): Promise<ZenodoDeposition> {
      return deposition({ method: 'POST', path: depositionPath(id, 'actions', 'newversion') }, 'newversion');
    },

    /** PUT into a bucket: 201, also if it replaces a file of the same name. */
    async putFile(bucketId: string, name: string, file: Omit<FilePut, 'path'>): Promise<BucketFile> {
      return parse(
        await zenodo.put({ ...file, path: bucketPath(bucketId, name) }),
        'putFile',
        BucketFileSchema,
      );
    },

    /** GET from a bucket, of a draft or a record. The body must be read or destroyed. */
    async getFile(bucketId: string, name: string, depositionId?: number): Promise<ZenodoDownload> {
      const answer = await zenodo.get(bucketPath(bucketId, name), depositionId);
      if ('body' in answer) return answer;
      throw refusalProblem(answer, 'getFile');
    },

    /**
     * DELETE of one file of a draft, by its id, which only a read of the draft in this user's name
     * tells.
     */
    async deleteFile(id: number, fileId: string): Promise<void> {
      const path = depositionFilePath(id, fileId);
      if (path === null) throw unknownForm(undefined, 'Zenodo gave a file an id that is no UUID.');
      requireSuccess(await zenodo.send({ method: 'DELETE', path, own: true }), 'deleteFile');
    },
  };
}

/**
 * The bucket with the files of a deposition. Throws zenodo_invalid_answer if Zenodo names none, or
 * one elsewhere.
 */
export function bucketOf(deposition: ZenodoDeposition, origin: string): string {
  const bucketId = bucketIdOf(deposition, origin);
  if (bucketId !== null) return bucketId;
  throw unknownForm(undefined, `Zenodo does not say where the files of deposition ${deposition.id} are.`);
}
