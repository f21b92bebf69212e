import { Type } from 'typebox';
import type { Timings } from '../time-outs.js';
import { createdAt, type ZenodoDeposition, ZenodoDepositionSchema } from './deposition.js';
import type { CallObserver } from './instrument.js';
import { depositionPath, zenodoPath } from './paths.js';
import { parse } from './responses.js';
import {
  createSender,
  type ZenodoAnswer,
  type ZenodoDownloadRequest,
  type ZenodoRequest,
  type ZenodoUpload,
} from './send.js';
import { unreachable } from './unreachable.js';

const Account = Type.Object({ created: Type.Optional(Type.String()) });

/** Limits of one call: `signal` gives it up, `timeout` is how long it may take in milliseconds. */
interface CallLimits {
  signal?: AbortSignal | undefined;
  timeout?: number;
}

export type ZenodoClient = ReturnType<typeof createZenodoClient>;

/**
 * The way to Zenodo for requests that bring their own token: custody alone uses it
 * (connections/authorized.ts). Each method sends one request and throws a Problem if there is no
 * answer.
 */
export function createZenodoClient(
  { zenodoUrl: origin, operatorContact }: { zenodoUrl: string; operatorContact: string },
  version: string,
  observer: CallObserver,
  timings?: Timings,
) {
  const userAgent = `zenodo-service/${version} (${operatorContact})`;
  const sender = createSender(origin, userAgent, observer, timings);

  const send = (request: ZenodoRequest, limits: CallLimits = {}): Promise<ZenodoAnswer> =>
    sender.send({ ...request, ...limits }).catch(unreachableBy(limits.signal));

  return {
    origin,
    userAgent,
    observer,
    send,
    upload: (upload: ZenodoUpload) => sender.upload(upload).catch(unreachableBy(upload.signal)),
    download: (request: ZenodoDownloadRequest) =>
      sender.download(request).catch(unreachableBy(request.signal)),

    /**
     * Whether a token is alive: a dead one is a guest, and guests may not list
     * (zenodo/zenodo#2543). Throws if Zenodo is not well.
     */
    async isAlive(token: string, limits?: CallLimits): Promise<boolean> {
      const path = zenodoPath('api', 'deposit', 'depositions');
      const answer = await send({ method: 'GET', path, query: { size: 1 }, token }, limits);
      if (answer.status === 403 || answer.status === 401) return false;
      parse(answer, 'list', Type.Array(Type.Unknown()));
      return true;
    },

    /**
     * When an account came into being; null if Zenodo does not say. It says so to the user alone
     * (`inveniosoftware/invenio-users-resources:invenio_users_resources/services/schemas.py`).
     * Throws if Zenodo is not well.
     */
    async accountCreated(token: string, userId: string, limits?: CallLimits): Promise<Date | null> {
      const path = zenodoPath('api', 'users', userId);
      const answer = await send({ method: 'GET', path, token }, limits);
      const { created } = parse(answer, 'account', Account);
      return created === undefined ? null : createdAt({ created });
    },

    /** A deposition as the owner of a token sees it. Throws what Zenodo's refusal means. */
    async deposition(token: string, id: number, limits?: CallLimits): Promise<ZenodoDeposition> {
      const answer = await send({ method: 'GET', path: depositionPath(id), token }, limits);
      return parse(answer, 'read', ZenodoDepositionSchema);
    },

    /** Calls a minute that Zenodo takes from this deployment; Infinity while it has not said. */
    rateLimit: () => sender.budget.limit,

    /** Whether Zenodo has refused the last call for its number. */
    isHoldingBack: () => sender.budget.refused,

    /** Seconds since Zenodo last refused a call for its number; null if it never did. */
    sinceRefusal: () => sender.budget.sinceRefusal,

    close: () => sender.close(),
  };
}

function unreachableBy(signal: AbortSignal | undefined): (error: unknown) => never {
  return (error) => {
    throw unreachable(error, signal);
  };
}
