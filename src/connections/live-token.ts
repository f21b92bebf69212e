import { problem } from '../errors.js';
import { createSemaphore } from '../semaphore.js';
import { withDeadline, within } from '../time.js';
import type { ZenodoClient } from '../zenodo/client.js';
import type { Verdict } from '../zenodo/responses.js';
import { zenodoLate } from '../zenodo/unreachable.js';
import type { Connection, ConnectionRepository, LiveToken } from './connection-repository.js';
import { ReauthorizationRequired } from './reauthorization.js';
import type { Refresh } from './refresh.js';

/** How long before its end a token is renewed, in milliseconds. */
const AHEAD = 60_000;

/** How often one call may find its token replaced under it before it is given up. */
const MAX_ATTEMPTS = 4;

/**
 * Calls of one connection that this process has under way at Zenodo at once; more wait in line. So
 * a burst of one user's calls holds up no other user, and few of them meet a token that has run
 * out.
 */
const AT_ONCE = 16;

/** How long renewing and probing may take where the caller has set no deadline, in milliseconds. */
const TIMEOUT = 60_000;

/**
 * What a call is about, and until when (milliseconds since the epoch) its token may be looked
 * after.
 */
export interface RunLimits {
  depositionId?: number | undefined;
  /** Zenodo has just named the deposition to this user. */
  own?: boolean | undefined;
  deadline?: number | undefined;
  /** The call is short and takes its turn; a transfer, which may take hours, does not. */
  inTurn?: boolean | undefined;
}

/** How Zenodo refuses a token. */
type Refusal = Extract<Verdict, 'refused' | 'refused_in_passing'>;

interface Parts {
  connections: ConnectionRepository;
  refresh: Refresh;
  zenodo: ZenodoClient;
  /** Whether a deposition was made, or is looked after, for this connection. */
  isOwnDeposition(id: string, depositionId: number): Promise<boolean>;
  now(): number;
}

/**
 * Runs calls with a connection's token, and finds out what a refusal means: Zenodo's 403 does not
 * say (zenodo/zenodo#2543).
 */
export function createLiveTokens({ connections, refresh, zenodo, isOwnDeposition, now }: Parts) {
  const probes = new Map<string, Promise<boolean>>();
  const semaphore = createSemaphore(Number.POSITIVE_INFINITY, AT_ONCE);

  const read = async (id: string): Promise<Connection> => {
    const connection = await connections.read(id);
    if (connection === null || !connection.active) throw new ReauthorizationRequired('ended');
    if (connection.idle) await connections.used(id);
    return connection;
  };

  const refreshed = (id: string, seen: number, deadline: number): Promise<LiveToken> =>
    within(deadline - now(), refresh.run(id, seen), () => refresh.late(id));

  /**
   * A token that is not about to expire: it is refreshed ahead of that. A refresh that is under way
   * is waited for, as it ends the token that is stored.
   */
  const current = async (id: string, deadline: number): Promise<LiveToken> => {
    const connection = await read(id);
    const left =
      connection.tokenExpiresAt === null
        ? Number.POSITIVE_INFINITY
        : connection.tokenExpiresAt.getTime() - now();
    if (connection.fresh || (left > AHEAD && !refresh.isRunning(id)))
      return connections.liveToken(connection);
    try {
      return await refreshed(id, connection.version, deadline);
    } catch (error) {
      if (left <= 0 || error instanceof ReauthorizationRequired) throw error;
      return connections.liveToken(connection);
    }
  };

  /**
   * Asks Zenodo whether a token is alive: once, however many calls of this process have come to
   * doubt it.
   */
  const probe = (id: string, { accessToken, version }: LiveToken, deadline: number): Promise<boolean> => {
    const key = `${id} ${version}`;
    const running = probes.get(key);
    if (running) return running;
    const probing = zenodo.isAlive(accessToken, { timeout: deadline - now() }).then(async (alive) => {
      if (alive) await connections.provedAlive(id, version);
      return alive;
    });
    probes.set(key, probing);
    return probing.finally(() => probes.delete(key));
  };

  /**
   * A token to try again with, or null if Zenodo means this user and not the token. A token proved
   * alive a moment ago is not probed again, unless what Zenodo refuses is this user's own.
   */
  const afterDenial = async (
    id: string,
    refused: LiveToken,
    refusal: Refusal,
    { depositionId, own, deadline }: RunLimits & { deadline: number },
  ): Promise<LiveToken | null> => {
    const connection = await read(id);
    if (connection.version > refused.version) return connections.liveToken(connection);
    const mayBeForeign = connection.proved && !own && depositionId !== undefined;
    if (mayBeForeign && !(await isOwnDeposition(id, depositionId))) return null;
    if (await probe(id, refused, deadline)) return refusal === 'refused_in_passing' ? refused : null;
    return refreshed(id, refused.version, deadline);
  };

  /** Does `work` when it is a call's turn. */
  const inTurnOf = <T>(id: string, deadline: number, work: () => Promise<T>): Promise<T> =>
    withDeadline(
      deadline - now(),
      undefined,
      async ({ signal }) => {
        const end = await semaphore.acquire(id, signal);
        return work().finally(end);
      },
      zenodoLate,
    );

  return {
    /**
     * Makes `call` with a live token, more than once if need be, and answers what it answers once
     * the token is not the reason. Throws ReauthorizationRequired if only a new authorization
     * helps, a Problem if the user may not do this, or what `call` throws.
     */
    async run<T>(
      id: string,
      call: (token: string) => Promise<T>,
      { verdict, inTurn = false, ...limits }: RunLimits & { verdict(answer: T): Verdict },
    ): Promise<T> {
      const until = limits.deadline ?? now() + TIMEOUT;
      let next: LiveToken | null = null;
      let refusal: Refusal = 'refused';
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
        const tried = async () => {
          const live = next ?? (await current(id, until));
          return { live, answer: await call(live.accessToken) };
        };
        const { live, answer } = await (inTurn ? inTurnOf(id, until, tried) : tried());
        const said = verdict(answer);
        if (said !== 'refused' && said !== 'refused_in_passing') return answer;
        refusal = said;
        next = await afterDenial(id, live, refusal, { ...limits, deadline: until });
        if (next === null) break;
      }
      throw notAllowed(refusal, limits.depositionId);
    },
  };
}

/** What a refusal means once the token is known to be alive. */
export function notAllowed(refusal: Refusal, depositionId: number | undefined) {
  if (refusal === 'refused_in_passing')
    return problem('zenodo_error', 'Zenodo refused a valid token. Try again later.');
  return depositionId === undefined
    ? problem('zenodo_refused', 'Zenodo does not allow this user to do that.')
    : problem('not_your_deposition', `Zenodo does not give this user access to deposition ${depositionId}.`);
}
