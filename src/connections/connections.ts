import type { FastifyBaseLogger } from 'fastify';
import fp from 'fastify-plugin';
import type { Config } from '../config.js';
import type { Database } from '../database/prisma.js';
import type { Statements } from '../database/statements.js';
import { Problem, problem } from '../errors.js';
import type { Meters } from '../meters.js';
import type { ZenodoClient } from '../zenodo/client.js';
import { Denied, type Verdict } from '../zenodo/judge.js';
import type { ZenodoTokens } from '../zenodo/tokens.js';
import { createAuthorization, type Return } from './authorization.js';
import { authorized, type CallLimits, type WithLiveToken } from './authorized.js';
import type { Caller, ConnectedCaller, PersonalCaller } from './caller.js';
import { createConnectionRows } from './connection-rows.js';
import { createFlows, type StartedFlow } from './flows.js';
import { createForeignTokens, invalidToken } from './foreign-tokens.js';
import { createGrants, type Grant } from './grants.js';
import { createHandleRows } from './handle-rows.js';
import { Lapsed } from './lapsed.js';
import { createLiveTokens, type RunLimits } from './live-token.js';
import { createOrigins } from './origins.js';
import { createPairStore } from './pair-store.js';
import { createPatience } from './patience.js';
import { createRecognition } from './recognition.js';
import { createRenewal } from './renewal.js';
import { createRetention } from './retention.js';
import { createSessions, type Disconnection } from './sessions.js';
import { createStateRows } from './state-rows.js';
import { createTokenPairs } from './token-pairs.js';
import { createVault } from './vault.js';

declare module 'fastify' {
  interface FastifyInstance {
    connections: Connections;
  }
}

/** How a call with a live token may be limited. */
export interface TokenLimits extends RunLimits {
  signal?: AbortSignal | undefined;
}

export interface ConnectionsContext {
  config: Config;
  database: Database;
  statements: Statements;
  zenodo: ZenodoClient;
  tokens: ZenodoTokens;
  now(): number;
  randomBytes(size: number): Buffer;
  log: FastifyBaseLogger;
  meters: Pick<Meters, 'refreshes'>;
}

export type Connections = ReturnType<typeof createConnections>;

/** The custody of tokens: who a caller is, and calls made in his name with a token that lives. */
export function createConnections(context: ConnectionsContext) {
  const { config, database, statements, zenodo, tokens, now, randomBytes, log } = context;
  const vault = createVault(config.tokenKeys, randomBytes);
  const rows = createConnectionRows(database, statements);
  const handles = createHandleRows(database, statements);
  const states = createStateRows(database, statements);
  const origins = createOrigins(database);
  const pairs = createTokenPairs(vault, now, log);
  const patiently = createPatience(log);
  const store = createPairStore(rows, pairs, zenodo, patiently);
  const renewal = createRenewal({ rows, pairs, store, tokens, log, refreshes: context.meters.refreshes });
  const live = createLiveTokens({ rows, pairs, renewal, zenodo, isOwn: origins.isOwn, now });
  const foreign = createForeignTokens(zenodo, now, config.apiKeys.length > 0);
  const flows = createFlows(states, tokens, { now, randomBytes });
  const client = { zenodoOrigin: config.zenodoUrl, clientId: config.zenodoClientId };
  const { resolve } = createRecognition({ handles, foreign, flows, origins, client, now });
  const grant = createGrants({ handles, kind: config.accessTokenKind, now, randomBytes });
  const { allowedCallbackUrls } = config;
  const shared = { rows, tokens, flows, grant, client, now, log };
  const authorization = createAuthorization({ ...shared, states, store, patiently, allowedCallbackUrls });
  const sessions = createSessions({ ...shared, pairs, renewal, origins });
  const listeners = new Set<(connectionId: string) => void>();

  /** Runs what needs a live connection; if there is none any more, the user is sent to authorize again. */
  const orReauthorize = async <T>(
    caller: ConnectedCaller,
    work: () => Promise<T>,
    depositionId?: number,
  ): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Lapsed)) throw error;
      const origin = (await origins.of(caller.connectionId, depositionId)) ?? caller.handle;
      throw await flows.required(error.message, origin ?? (await origins.lastOf(caller.connectionId)));
    }
  };

  const inName =
    (caller: Caller, { deadline, signal }: CallLimits): WithLiveToken =>
    async (call, { depositionId, verdict }) => {
      signal?.throwIfAborted();
      const options = { depositionId, deadline, verdict };
      if (caller.kind === 'personal') return foreign.run(caller, call, options);
      return orReauthorize(caller, () => live.run(caller.connectionId, call, options), depositionId);
    };

  return {
    vault,
    resolve,

    /**
     * Runs `call` with a live Zenodo token: renewed ahead of expiry, or once Zenodo turns out not to know it any more. `call` may run
     * more than once. Throws reauthorization_required, invalid_token, not_your_deposition or what `call` throws, never Denied.
     */
    async withToken<T>(
      caller: Caller,
      call: (zenodoToken: string) => Promise<T>,
      { depositionId, deadline, signal }: TokenLimits = {},
    ): Promise<T> {
      const settled = await inName(caller, { deadline, signal })<{ value: T } | { error: unknown }>(
        (token) =>
          call(token).then(
            (value) => ({ value }),
            (error: unknown) => ({ error }),
          ),
        { depositionId, verdict: verdictOfOutcome },
      );
      if ('error' in settled) throw settled.error;
      return settled.value;
    },

    /** Zenodo in a caller's name, for one call of ours. Throws `reauthorization_required`, `invalid_token`, `not_your_deposition`, or what Zenodo's answer means. */
    zenodo: (caller: Caller, limits: CallLimits = {}) =>
      authorized(zenodo, inName(caller, limits), limits, now),

    /** A keyed caller whose token is not known is the application itself: its user can be sent to authorize again for a deposition's container. */
    async offerFlow(depositionId: number): Promise<Partial<StartedFlow>> {
      return flows.again(await origins.ofDeposition(depositionId));
    },

    /** Starts an authorization flow. */
    begin: authorization.begin,

    /** Ends an authorization flow; uploads that waited for it go on. */
    async complete(back: Return): Promise<{ caller: ConnectedCaller; grant: Grant }> {
      const completed = await authorization.complete(back);
      for (const listener of listeners) {
        try {
          listener(completed.caller.connectionId);
        } catch (err) {
          log.error({ err }, 'what waited for this authorization did not go on');
        }
      }
      return completed;
    },

    /** A new access token for a caller. Throws invalid_token for a personal one: those are not ours to renew. */
    refresh(caller: Caller, deadline: number): Promise<Grant> {
      if (caller.kind === 'personal') throw invalidToken();
      return orReauthorize(caller, () => sessions.refresh(caller, deadline));
    },

    refreshContainer: sessions.refreshContainer,

    /** Ends a caller's connection, here and, as far as possible, at Zenodo. */
    disconnect(caller: Caller): Promise<Disconnection> {
      if (caller.kind === 'personal') throw invalidToken();
      return sessions.disconnect(caller.connectionId);
    },

    /** Stands for a connection in work that goes on by itself. Throws reauthorization_required if there is none. */
    async backgroundCaller(connectionId: string): Promise<ConnectedCaller> {
      const row = await rows.read(connectionId);
      if (row === null) {
        throw problem(
          'reauthorization_required',
          'The connection was forgotten. The user must authorize again.',
        );
      }
      const owner = `connection:${connectionId}`;
      return { kind: 'connection', owner, connectionId, zenodoUserId: row.zenodoUserId, handle: null };
    },

    /** Stands for a personal token of Zenodo's. */
    personalCaller: (token: string): PersonalCaller => foreign.caller(token),

    /** True if Zenodo has accepted this personal token lately. */
    isProven: (caller: PersonalCaller): boolean => foreign.isProven(caller),

    /** `listener` is called after every successful authorization of a connection, in this process. */
    onRenewed(listener: (connectionId: string) => void): void {
      listeners.add(listener);
    },

    /** Resolves once no renewal is under way. */
    idle: () => renewal.idle(),
  };
}

/** What came of a call that judges its answer by itself. */
function verdictOfOutcome(outcome: { value: unknown } | { error: unknown }): Verdict {
  if ('value' in outcome) return 'good';
  const { error } = outcome;
  if (error instanceof Denied) return error.kind === 'passing' ? 'refused_in_passing' : 'refused';
  return error instanceof Problem && error.status === 404 ? 'missing' : 'other';
}

/** Decorates `app.connections`. */
export const connections = fp(
  async (app) => {
    const { config, database, statements, zenodo, zenodoTokens, dependencies, log, meters } = app;
    const room = createConnections({
      config,
      database,
      statements,
      zenodo,
      tokens: zenodoTokens,
      log,
      meters,
      ...dependencies,
    });
    app.decorate('connections', room);
    app.housekeeping.add(
      'connections',
      createRetention(database, () => dependencies.now()),
    );
    app.addHook('preClose', () => room.idle());
  },
  { name: 'connections', dependencies: ['zenodo-oauth', 'housekeeping'] },
);
