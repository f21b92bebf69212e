import type { FastifyBaseLogger } from 'fastify';
import fp from 'fastify-plugin';
import type { Config } from '../config.js';
import type { Statements } from '../database/prepared-statements.js';
import type { Database } from '../database/prisma.js';
import { problem } from '../errors.js';
import type { Metrics } from '../metrics.js';
import type { ZenodoClient } from '../zenodo/client.js';
import type { ZenodoTokens } from '../zenodo/tokens.js';
import { createAccessTokenRepository } from './access-token-repository.js';
import { createIssuer, type Issued } from './access-tokens.js';
import { createAuthenticate } from './authenticate.js';
import { createAuthorizationRequests, type StartedAuthorization } from './authorization-requests.js';
import { type AuthorizationResponse, createAuthorize } from './authorize.js';
import {
  type Caller,
  type ConnectedCaller,
  connectedCaller,
  isBackground,
  type PersonalCaller,
} from './caller.js';
import { createCleanup } from './cleanup.js';
import { createConnectionRepository } from './connection-repository.js';
import { createDisconnect, type Disconnection } from './disconnect.js';
import { createEncryption } from './encryption.js';
import { createLiveTokens } from './live-token.js';
import { createOAuthStateRepository } from './oauth-state-repository.js';
import { createPersonalTokens, invalidToken } from './personal-tokens.js';
import { ReauthorizationRequired, reauthorizeAtApplication } from './reauthorization.js';
import { createRefresh } from './refresh-token-set.js';
import { createRenewAccessToken } from './renew-access-token.js';
import { createTokenStore } from './token-store.js';
import { type CallLimits, type WithLiveToken, zenodoForCaller } from './zenodo-for-caller.js';
import { createWipeCheck, type Forgotten } from './zenodo-wiped.js';

declare module 'fastify' {
  interface FastifyInstance {
    connections: Connections;
  }
}

interface ConnectionsContext {
  config: Config;
  database: Database;
  statements: Statements;
  zenodo: ZenodoClient;
  tokens: ZenodoTokens;
  now(): number;
  randomBytes(size: number): Buffer;
  log: FastifyBaseLogger;
  metrics: Pick<Metrics, 'refreshes'>;
}

type Connections = ReturnType<typeof createConnections>;

/** Token custody: who a caller is, and calls to Zenodo in their name with a live token. */
function createConnections(context: ConnectionsContext) {
  const { config, database, statements, zenodo, tokens, now, randomBytes, log } = context;
  const encryption = createEncryption(config.tokenKeys, randomBytes);
  const connections = createConnectionRepository({ database, statements, encryption, now, log });
  const accessTokens = createAccessTokenRepository(database, statements);
  const states = createOAuthStateRepository(database);
  const store = createTokenStore(connections, zenodo, log);
  const refresh = createRefresh({ connections, store, tokens, log, refreshes: context.metrics.refreshes });
  const { isOwnDeposition } = accessTokens;
  const live = createLiveTokens({ connections, refresh, zenodo, isOwnDeposition, now });
  const personalTokens = createPersonalTokens(zenodo, now, config.apiKeys.length > 0);
  const requests = createAuthorizationRequests(states, tokens, { now, randomBytes });
  const client = { zenodoOrigin: config.zenodoUrl, clientId: config.zenodoClientId };
  const authenticate = createAuthenticate({ accessTokens, personalTokens, requests, client, now });
  const issue = createIssuer({ accessTokens, kind: config.accessTokenKind, now, randomBytes });
  const { allowedCallbackUrls } = config;
  const shared = { connections, tokens, requests, issue, client, now, log };
  const forgetters = new Set<Forgotten>();
  const forgotten: Forgotten = async (connectionId) => {
    await Promise.all([...forgetters].map((forget) => forget(connectionId)));
  };
  const forgetIfWiped = createWipeCheck({ database, zenodo, forgotten, now, log });
  const authorize = createAuthorize({ ...shared, states, store, forgetIfWiped, allowedCallbackUrls });
  const renewAccessToken = createRenewAccessToken({ ...shared, accessTokens, refresh });
  const disconnect = createDisconnect(shared);
  const listeners = new Set<(connectionId: string) => void>();

  /**
   * Runs work that needs a live connection. If the connection has ended, throws
   * reauthorization_required with a new authorization request.
   */
  const orReauthorize = async <T>(
    caller: ConnectedCaller,
    work: () => Promise<T>,
    depositionId?: number,
  ): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ReauthorizationRequired)) throw error;
      if (caller.uploadLink !== null) throw reauthorizeAtApplication(caller.uploadLink.returnUrl);
      const request =
        (await accessTokens.requestFor(caller.connectionId, depositionId)) ??
        caller.accessToken ??
        (await accessTokens.lastRequestOf(caller.connectionId));
      throw await requests.required(error.message, request, caller.accessToken?.hash ?? caller.owner);
    }
  };

  const inName =
    (caller: Caller, { left, signal }: CallLimits): WithLiveToken =>
    async (call, { depositionId, ...rest }) => {
      signal?.throwIfAborted();
      const options = { depositionId, left, signal, ...rest };
      if (caller.kind === 'personal') return personalTokens.run(caller, call, options);
      return orReauthorize(
        caller,
        () => live.run(caller.connectionId, call, { ...options, background: isBackground(caller) }),
        depositionId,
      );
    };

  return {
    encryption,
    authenticate,

    /** Whether a new token set waits for the database. */
    waitsForDatabase: () => store.isDatabaseDown(),

    /**
     * Zenodo in a caller's name, for one call. Throws `reauthorization_required`, `invalid_token`,
     * `not_your_deposition`, or what Zenodo's answer means.
     */
    zenodo: (caller: Caller, limits: CallLimits = {}) =>
      zenodoForCaller(zenodo, inName(caller, limits), limits),

    /**
     * For a caller with an API key and an unknown token, which is the application itself: lets its
     * user authorize again for the container of a deposition.
     */
    async offerAuthorization(depositionId: number): Promise<Partial<StartedAuthorization>> {
      return requests.again(await accessTokens.requestForDeposition(depositionId));
    },

    begin: authorize.begin,

    /** Completes an authorization. Uploads that wait for it continue. */
    async complete(response: AuthorizationResponse): Promise<Issued> {
      const completed = await authorize.complete(response);
      for (const listener of listeners) {
        try {
          listener(completed.caller.connectionId);
        } catch (err) {
          log.error(
            { err, connection_id: completed.caller.connectionId },
            'work that waited for this authorization was not resumed',
          );
        }
      }
      return completed;
    },

    /** Issues a new access token. Throws invalid_token for a personal token. */
    renew(caller: Caller, left: () => number): Promise<Issued['grant']> {
      if (caller.kind === 'personal') throw invalidToken();
      return orReauthorize(caller, () => renewAccessToken.forCaller(caller, left));
    },

    renewByContainer: renewAccessToken.forContainer,

    /** Ends a caller's connection here and, as far as possible, at Zenodo. */
    disconnect(caller: Caller): Promise<Disconnection> {
      if (caller.kind === 'personal') throw invalidToken();
      return disconnect(caller.connectionId);
    },

    /**
     * A caller for background work of a connection. Throws reauthorization_required if it no longer
     * exists.
     */
    async backgroundCaller(connectionId: string): Promise<ConnectedCaller> {
      const connection = await connections.read(connectionId);
      if (connection === null) {
        throw problem(
          'reauthorization_required',
          'The connection was deleted. The user must authorize again.',
        );
      }
      return connectedCaller({ connectionId, zenodoUserId: connection.zenodoUserId });
    },

    personalCaller: (token: string): PersonalCaller => personalTokens.caller(token),

    /** Throws invalid_token for a personal token that Zenodo does not know. */
    async prove(caller: Caller, { left }: CallLimits): Promise<void> {
      if (caller.kind === 'personal' && !personalTokens.isProven(caller))
        await personalTokens.run(caller, async () => undefined, { left, verdict: () => 'good' });
    },

    /** Whether Zenodo has accepted this personal token recently. */
    isProven: (caller: PersonalCaller): boolean => personalTokens.isProven(caller),

    /**
     * `listener` is called after every successful authorization of a connection, in this process.
     */
    onAuthorized(listener: (connectionId: string) => void): void {
      listeners.add(listener);
    },

    /**
     * `forget` is called with a connection that turned out to be another person's. It ends the
     * connection's work in progress.
     */
    onForgotten(forget: Forgotten): void {
      forgetters.add(forget);
    },

    /** Resolves when no refresh is running. */
    idle: () => refresh.idle(),
  };
}

/** Decorates `app.connections`. */
export const connections = fp(
  async (app) => {
    const { config, database, statements, zenodo, zenodoTokens, dependencies, log, metrics } = app;
    const service = createConnections({
      config,
      database,
      statements,
      zenodo,
      tokens: zenodoTokens,
      log,
      metrics,
      ...dependencies,
    });
    app.decorate('connections', service);
    app.cleanup.add(
      'connections',
      createCleanup(database, () => dependencies.now()),
    );
    app.addHook('preClose', () => service.idle());
  },
  { name: 'connections', dependencies: ['zenodo-oauth', 'cleanup'] },
);
