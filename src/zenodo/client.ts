import { Type } from 'typebox';
import type { Timings } from '../time-outs.js';
import { createdAt, type ZenodoDeposition, ZenodoDepositionSchema } from './deposition.js';
import type { CallObserver } from './instrument.js';
import { depositionPath, zenodoPath } from './paths.js';
import { parse, requireId, verdictOf } from './responses.js';
import {
  createZenodoSender,
  type ZenodoAnswer,
  type ZenodoDownloadRequest,
  type ZenodoRequest,
  type ZenodoUpload,
} from './send.js';
import { unreachable } from './unreachable.js';

const Account = Type.Object({ created: Type.Optional(Type.String()) });

/** Limits of one request: `signal` aborts it, `timeout` is its time in milliseconds. */
interface RequestLimits {
  signal?: AbortSignal | undefined;
  timeout?: number;
}

export type ZenodoClient = ReturnType<typeof createZenodoClient>;

/**
 * Requests to Zenodo that bring their own token. Only token custody uses them
 * (connections/zenodo-for-caller.ts). Each method sends one request, and throws a Problem if there
 * is no answer.
 */
export function createZenodoClient(
  { zenodoUrl: origin, operatorContact }: { zenodoUrl: string; operatorContact: string },
  version: string,
  observer: CallObserver,
  timings?: Timings,
) {
  const userAgent = `zenodo-service/${version} (${operatorContact})`;
  const sender = createZenodoSender(origin, userAgent, observer, timings);

  const send = (request: ZenodoRequest, limits: RequestLimits = {}): Promise<ZenodoAnswer> =>
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
     * Whether a token is alive. With a dead token a caller is a guest, and guests may not list
     * (zenodo/zenodo#2543). Throws if Zenodo fails.
     */
    async isAlive(token: string, limits?: RequestLimits): Promise<boolean> {
      const path = zenodoPath('api', 'deposit', 'depositions');
      const answer = await send({ method: 'GET', path, query: { size: 1 }, token }, limits);
      // A page with 403 comes from a proxy, and says nothing about the token.
      if (verdictOf(answer) === 'refused') return false;
      parse(answer, 'list', Type.Array(Type.Unknown()));
      return true;
    },

    /**
     * When an account was created; null if Zenodo does not say. It only tells the user
     * (`inveniosoftware/invenio-users-resources:invenio_users_resources/services/schemas.py`).
     * Throws if Zenodo fails.
     */
    async accountCreated(token: string, userId: string, limits?: RequestLimits): Promise<Date | null> {
      const path = zenodoPath('api', 'users', userId);
      const answer = await send({ method: 'GET', path, token }, limits);
      const { created } = parse(answer, 'account', Account);
      return created === undefined ? null : createdAt({ created });
    },

    /** A deposition as the owner of a token sees it. Throws what Zenodo's refusal means. */
    async deposition(token: string, id: number, limits?: RequestLimits): Promise<ZenodoDeposition> {
      const answer = await send({ method: 'GET', path: depositionPath(id), token }, limits);
      return requireId(parse(answer, 'read', ZenodoDepositionSchema), id);
    },

    /** Zenodo's rate limit in calls per minute; Infinity until it says. */
    rateLimit: () => sender.budget.limit,

    /** Whether Zenodo answered the last call with 429. */
    isHoldingBack: () => sender.budget.refused,

    /** Milliseconds until the next call after a 429; null if Zenodo accepts calls. */
    heldFor: () => sender.budget.heldFor,

    /** Seconds since Zenodo's last 429; null if there was none. */
    sinceRefusal: () => sender.budget.sinceRefusal,

    close: () => sender.close(),
  };
}

function unreachableBy(signal: AbortSignal | undefined): (error: unknown) => never {
  return (error) => {
    throw unreachable(error, signal);
  };
}
