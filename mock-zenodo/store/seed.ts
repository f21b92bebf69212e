import type { Clock } from '../clock.js';
import type { Token } from './model.js';
import type { Store } from './store.js';

/**
 * The accounts of every new mock: two users with personal tokens, and one confidential app that
 * accepts any loopback redirect URI.
 */
export function seedDefaults(store: Store, clock: Clock): void {
  const accounts = [
    { id: 1, username: 'mock-user', token: 'mock-token' },
    { id: 2, username: 'mock-user-2', token: 'mock-token-2' },
  ];
  for (const { id, username, token } of accounts) {
    store.users.set(id, {
      id,
      username,
      email: `${username}@example.org`,
      emailVerified: true,
      blocked: false,
      extraQuota: 0,
    });
    addSeededToken(store, {
      accessToken: token,
      kind: 'personal',
      name: 'default',
      userId: id,
      clientId: null,
      scopes: ['deposit:write', 'deposit:actions', 'user:email'],
      refreshToken: null,
      createdAt: clock.now(),
      expiresAt: null,
    });
  }
  store.apps.set('mock-client', {
    clientId: 'mock-client',
    clientSecret: 'mock-secret',
    name: 'Mock client',
    description: 'The default application of the mock.',
    website: 'http://localhost/',
    redirectUris: ['*loopback*'],
    confidential: true,
    ownerId: 1,
    defaultScopes: [],
  });
}

/**
 * Adds a token that a reset of its user restores. An OAuth token replaces that of the same client.
 */
export function addSeededToken(store: Store, token: Token): void {
  store.tokens.set(token.accessToken, token);
  for (const { kind, userId, clientId, accessToken } of store.seededTokens.values()) {
    const replaced = kind === 'oauth' && userId === token.userId && clientId === token.clientId;
    if (replaced) store.seededTokens.delete(accessToken);
  }
  store.seededTokens.set(token.accessToken, { ...token });
}
