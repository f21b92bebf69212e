/** What an authorization is requested for, and where its browser comes back to (RFC 6749 section 4.1.1). */
export interface AuthorizationRequest {
  containerId: string;
  callbackUrl: string;
}

/** Who is calling: a connection of ours, or a personal token of Zenodo's that passes through. Holds no secret of a connection. */
export type Caller = ConnectedCaller | PersonalCaller;

export interface ConnectedCaller {
  kind: 'connection';
  /** `connection:<id>`: owns uploads. */
  owner: string;
  connectionId: string;
  zenodoUserId: string;
  /** The one that was presented; null for work that goes on in the background. */
  accessToken: { hash: string; containerId: string; callbackUrl: string; expiresAt: Date } | null;
}

export interface PersonalCaller {
  kind: 'personal';
  /** `token:<SHA-256 of the token>`: owns uploads. */
  owner: string;
  token: string;
}

/** The connection that a caller's rows belong to, if it has one. */
export function connectionOf(caller: Caller): string | null {
  return caller.kind === 'connection' ? caller.connectionId : null;
}
