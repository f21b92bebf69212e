import { Type } from 'typebox';
import type { Timings } from '../timings.js';
import {
  type BucketFile,
  BucketFileSchema,
  type ZenodoDeposition,
  ZenodoDepositionSchema,
} from './deposition.js';
import { type Endpoint, judge, judgeEmpty, refusal, unreachable } from './judge.js';
import { bucketPath, depositionFilePath, depositionPath, zenodoPath } from './paths.js';
import {
  createSender,
  type ZenodoAnswer,
  type ZenodoDownload,
  type ZenodoDownloadRequest,
  type ZenodoRequest,
  type ZenodoUpload,
} from './send.js';
import type { Watcher } from './watch.js';

/** Limits of one call: `signal` gives it up, `timeout` is how long it may take in milliseconds. */
export interface CallLimits {
  signal?: AbortSignal | undefined;
  timeout?: number;
}

/** A deposition and the revision that a PUT may insist on; undefined if Zenodo names none. */
export interface Revised {
  deposition: ZenodoDeposition;
  revision: number | undefined;
}

export type ZenodoClient = ReturnType<typeof createZenodoClient>;

/**
 * Zenodo's legacy deposit API, one method a call. Every method takes the token it acts with, sends exactly one request, and
 * throws Denied or a Problem. Nothing is retried here: only the caller knows whether a repeat is safe.
 */
export function createZenodoClient(
  origin: string,
  operatorContact: string,
  version: string,
  watcher: Watcher,
  timings?: Timings,
) {
  const userAgent = `zenodo-service/${version} (${operatorContact})`;
  const sender = createSender(origin, userAgent, watcher, timings);

  const send = async (request: ZenodoRequest, limits: CallLimits = {}): Promise<ZenodoAnswer> => {
    try {
      return await sender.send({ ...request, ...limits });
    } catch (error) {
      throw unreachable(error, limits.signal);
    }
  };
  const deposition = async (request: ZenodoRequest, limits?: CallLimits, endpoint: Endpoint = 'deposition') =>
    judge(await send(request, limits), endpoint, ZenodoDepositionSchema);

  return {
    origin,
    userAgent,
    watcher,

    /** POST /api/deposit/depositions with `{}`: 201, the draft with its bucket. */
    createDeposition(token: string, limits?: CallLimits): Promise<ZenodoDeposition> {
      const path = zenodoPath('api', 'deposit', 'depositions');
      return deposition({ method: 'POST', path, token, json: {} }, limits);
    },

    /** GET: the draft if there is one, else the published record. */
    getDeposition(token: string, id: number, limits?: CallLimits): Promise<ZenodoDeposition> {
      return deposition({ method: 'GET', path: depositionPath(id), token }, limits);
    },

    /** GET with the revision. */
    async getRevision(token: string, id: number, limits?: CallLimits): Promise<Revised> {
      return revised(await send({ method: 'GET', path: depositionPath(id), token }, limits));
    },

    /** PUT: replaces all metadata; Zenodo drops what it does not like without a word. With a `revision`, metadata_conflict if it is not the present one. */
    async updateDeposition(
      token: string,
      id: number,
      metadata: Record<string, unknown>,
      limits?: CallLimits,
      revision?: number,
    ): Promise<Revised> {
      const request: ZenodoRequest = { method: 'PUT', path: depositionPath(id), token, json: { metadata } };
      return revised(
        await send({ ...request, ...(revision === undefined ? {} : { ifMatch: revision }) }, limits),
      );
    },

    /** DELETE: throws a draft away for good; on a published record with an open edit only the edit. */
    async deleteDeposition(token: string, id: number, limits?: CallLimits): Promise<void> {
      judgeEmpty(await send({ method: 'DELETE', path: depositionPath(id), token }, limits), 'deposition');
    },

    /** POST …/actions/publish. A 504 may be a success (zenodo/zenodo#2442): re-read before saying anything. */
    publishDeposition(token: string, id: number, limits?: CallLimits): Promise<ZenodoDeposition> {
      return deposition(
        { method: 'POST', path: depositionPath(id, 'actions', 'publish'), token },
        limits,
        'publish',
      );
    },

    /** GET of the listing: without bucket links, and seconds behind the truth (zenodo/zenodo#2517). */
    async listDepositions(
      token: string,
      query: Record<string, string | number>,
      limits?: CallLimits,
    ): Promise<ZenodoDeposition[]> {
      const path = zenodoPath('api', 'deposit', 'depositions');
      return judge(
        await send({ method: 'GET', path, query, token }, limits),
        'listing',
        Type.Array(ZenodoDepositionSchema),
      );
    },

    /** Whether a token is alive: a dead one is a guest, and guests may not list (zenodo/zenodo#2543). Throws if Zenodo is not well. */
    async isAlive(token: string, limits?: CallLimits): Promise<boolean> {
      const path = zenodoPath('api', 'deposit', 'depositions');
      const answer = await send({ method: 'GET', path, query: { size: 1 }, token }, limits);
      if (answer.status === 403 || answer.status === 401) return false;
      judge(answer, 'listing', Type.Array(Type.Unknown()));
      return true;
    },

    /** PUT into a bucket: 201, also when it replaces a file of the same name. */
    async putFile(bucketId: string, name: string, upload: Omit<ZenodoUpload, 'path'>): Promise<BucketFile> {
      try {
        return judge(
          await sender.upload({ ...upload, path: bucketPath(bucketId, name) }),
          'file',
          BucketFileSchema,
        );
      } catch (error) {
        throw unreachable(error, upload.signal);
      }
    },

    /** GET out of a bucket, of a draft or a record. The body must be read or destroyed. */
    async openFile(
      token: string,
      bucketId: string,
      name: string,
      signal?: AbortSignal,
    ): Promise<ZenodoDownload> {
      const answer = await sender
        .download({ path: bucketPath(bucketId, name), token, signal })
        .catch((error: unknown) => {
          throw unreachable(error, signal);
        });
      if ('body' in answer) return answer;
      throw refusal(answer, 'file');
    },

    /** DELETE of one file of a draft, by its id. */
    async deleteFile(token: string, id: number, fileId: string, limits?: CallLimits): Promise<void> {
      judgeEmpty(
        await send({ method: 'DELETE', path: depositionFilePath(id, fileId), token }, limits),
        'file',
      );
    },

    send,
    upload: (upload: ZenodoUpload) => sender.upload(upload).catch(unreachableBy(upload.signal)),
    download: (request: ZenodoDownloadRequest) =>
      sender.download(request).catch(unreachableBy(request.signal)),

    /** Calls a minute that Zenodo takes from this deployment; Infinity while it has not said. */
    rateLimit: () => sender.budget.limit,

    /** Whether Zenodo has refused the last call for its number. */
    isHoldingBack: () => sender.budget.refused,

    close: () => sender.close(),
  };
}

function unreachableBy(signal: AbortSignal | undefined): (error: unknown) => never {
  return (error) => {
    throw unreachable(error, signal);
  };
}

function revised(answer: ZenodoAnswer): Revised {
  const revision = /^"?(\d+)"?$/.exec(String(answer.headers['etag'] ?? ''))?.[1];
  return {
    deposition: judge(answer, 'deposition', ZenodoDepositionSchema),
    revision: revision === undefined ? undefined : Number(revision),
  };
}
