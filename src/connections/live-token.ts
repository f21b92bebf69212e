import { problem } from '../errors.js';
import { createSemaphore } from '../semaphore.js';
import { countdown, withDeadline, within } from '../time.js';
import type { ZenodoClient } from '../zenodo/client.js';
import type { Verdict } from '../zenodo/responses.js';
import { zenodoLate } from '../zenodo/unreachable.js';
import type { Connection, ConnectionRepository, LiveToken } from './connection-repository.js';
import { ReauthorizationRequired } from './reauthorization.js';
import type { Refresh } from './refresh-token-set.js';

/** How long before its expiry a token is refreshed, in milliseconds. */
const AHEAD = 60_000;

/** How often the token may be replaced during one call before the call fails. */
const MAX_ATTEMPTS = 4;

/**
 * Calls of one connection that this process makes at the same time. More calls queue. A burst by
 * one user then does not delay others, and few of its calls meet an expired token.
 */
const AT_ONCE = 16;

/** How long refreshing and probing may take if the caller has no deadline, in milliseconds. */
const TIMEOUT = 60_000;

/** What a call is about, and how long its token may be renewed. */
export interface RunLimits {
  depositionId?: number | undefined;
  /** Zenodo has just shown this deposition to this user. */
  own?: boolean | undefined;
  /** Returns the milliseconds that are left. */
  left?: (() => number) | undefined;
  /** The call is short, so it queues. A transfer, which may take hours, does not. */
  inTurn?: boolean | undefined;
  /** No one asked for the call, so it is no use of the connection. */
  background?: boolean | undefined;
  /** Ends the wait for that turn. */
  signal?: AbortSignal | undefined;
}

/** How Zenodo refuses a token. */
type TokenRefusal = Extract<Verdict, 'refused' | 'refused_in_passing'>;

interface Parts {
  connections: ConnectionRepository;
  refresh: Refresh;
  zenodo: ZenodoClient;
  /** Whether the connection has a row for this deposition. */
  isOwnDeposition(id: string, depositionId: number): Promise<boolean>;
  now(): number;
}

/**
 * Makes calls with a connection's token, and finds out what a refusal means: Zenodo answers 403
 * both to a dead token and to a forbidden call (zenodo/zenodo#2543).
 */
export function createLiveTokens({ connections, refresh, zenodo, isOwnDeposition, now }: Parts) {
  const probes = new Map<string, Promise<boolean>>();
  const semaphore = createSemaphore(Number.POSITIVE_INFINITY, AT_ONCE);

  const read = async (id: string, background: boolean): Promise<Connection> => {
    const connection = await connections.read(id);
    if (connection === null || !connection.active) throw new ReauthorizationRequired('ended');
    if (connection.idle && !background) await connections.used(id);
    return connection;
  };

  const refreshed = (id: string, seen: number, left: () => number): Promise<LiveToken> =>
    within(left(), refresh.run(id, seen), () => refresh.late(id));

  /**
   * A token that does not expire soon. It is refreshed ahead of its expiry. A running refresh is
   * waited for, because it invalidates the stored token.
   */
  const current = async (id: string, left: () => number, background: boolean): Promise<LiveToken> => {
    const connection = await read(id, background);
    const valid =
      connection.tokenExpiresAt === null
        ? Number.POSITIVE_INFINITY
        : connection.tokenExpiresAt.getTime() - now();
    if (connection.fresh || (valid > AHEAD && !refresh.isRunning(id)))
      return connections.liveToken(connection);
    try {
      return await refreshed(id, connection.version, left);
    } catch (error) {
      if (valid <= 0 || error instanceof ReauthorizationRequired) throw error;
      return connections.liveToken(connection);
    }
  };

  /**
   * Asks Zenodo whether a token is alive. Concurrent questions about the same token share one
   * request.
   */
  const probe = (id: string, { accessToken, version }: LiveToken, left: () => number): Promise<boolean> => {
    const key = `${id} ${version}`;
    const running = probes.get(key);
    // Each waits as long as its own call may take, not the one that asked first.
    if (running) return within(left(), running, zenodoLate);
    const probing = zenodo
      .isAlive(accessToken)
      .then(async (alive) => {
        if (alive) await connections.provedAlive(id, version);
        return alive;
      })
      .finally(() => probes.delete(key));
    probes.set(key, probing);
    return within(left(), probing, zenodoLate);
  };

  /**
   * A token to try again with, or null if Zenodo refuses the user and not the token. A token that
   * was alive a moment ago is not probed again, unless the deposition is the user's own.
   */
  const afterDenial = async (
    id: string,
    refused: LiveToken,
    refusal: TokenRefusal,
    { depositionId, own, left, background = false }: RunLimits & { left: () => number },
  ): Promise<LiveToken | null> => {
    const connection = await read(id, background);
    if (connection.version > refused.version) return connections.liveToken(connection);
    const mayBeForeign = connection.proved && !own && depositionId !== undefined;
    if (mayBeForeign && !(await isOwnDeposition(id, depositionId))) return null;
    if (await probe(id, refused, left)) return refusal === 'refused_in_passing' ? refused : null;
    return refreshed(id, refused.version, left);
  };

  /** Does `work` when it is a call's turn. */
  const inTurnOf = <T>(
    id: string,
    { left, signal: outer }: RunLimits & { left: () => number },
    work: () => Promise<T>,
  ): Promise<T> =>
    withDeadline(
      left(),
      outer,
      async (signal) => {
        const end = await semaphore.acquire(id, signal);
        return work().finally(end);
      },
      zenodoLate,
    );

  return {
    /**
     * Makes `call` with a live token, repeatedly if needed, and returns the first answer that is
     * not due to the token. Throws ReauthorizationRequired if only a new authorization helps, a
     * Problem if the deposition is another user's, or whatever `call` throws.
     */
    async run<T>(
      id: string,
      call: (token: string) => Promise<T>,
      { verdict, inTurn = false, ...limits }: RunLimits & { verdict(answer: T): Verdict },
    ): Promise<T> {
      // A transfer without a deadline can take hours: its time begins when Zenodo has refused it.
      const until = () => limits.left ?? countdown(TIMEOUT);
      let next: LiveToken | null = null;
      let refusal: TokenRefusal = 'refused';
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
        const tried = async () => {
          const live = next ?? (await current(id, until(), limits.background ?? false));
          return { live, answer: await call(live.accessToken) };
        };
        const { live, answer } = await (inTurn ? inTurnOf(id, { ...limits, left: until() }, tried) : tried());
        const said = verdict(answer);
        if (said !== 'refused' && said !== 'refused_in_passing') return answer;
        refusal = said;
        next = await afterDenial(id, live, refusal, { ...limits, left: until() });
        if (next === null && isAboutTheCall(refusal, limits)) return answer;
        if (next === null) break;
      }
      throw notAllowed(refusal, limits.depositionId);
    },
  };
}

/**
 * Whether the refusal of a live token can only be about the call: it concerns no deposition, or one
 * that Zenodo has just shown to this user. Then Zenodo's words say why.
 */
export function isAboutTheCall(refusal: TokenRefusal, { depositionId, own = false }: RunLimits): boolean {
  return refusal === 'refused' && (own || depositionId === undefined);
}

/** What a refusal means if the token is alive. */
export function notAllowed(refusal: TokenRefusal, depositionId: number | undefined) {
  if (refusal === 'refused_in_passing')
    return problem('zenodo_error', 'Zenodo refused a valid token. Try again later.');
  return depositionId === undefined
    ? problem('zenodo_refused', 'Zenodo does not allow this user to do that.')
    : problem('not_your_deposition', `Zenodo does not give this user access to deposition ${depositionId}.`);
}
