/**
 * What an authorization is requested for, and where its browser comes back to (RFC 6749 section
 * 4.1.1).
 */
export interface AuthorizationRequest {
  containerId: string;
  callbackUrl: string;
}

/**
 * Who is calling: a connection of ours, or a personal token of Zenodo's that passes through. Holds
 * no secret of a connection.
 */
export type Caller = ConnectedCaller | PersonalCaller;

export interface ConnectedCaller {
  kind: 'connection';
  /** `connection:<id>`: owns uploads. */
  owner: string;
  connectionId: string;
  zenodoUserId: string;
  /**
   * The one that was presented; null for work that goes on in the background, and for upload links.
   */
  accessToken: { hash: string; containerId: string; callbackUrl: string; expiresAt: Date } | null;
  /** Set if the secret of an upload link was presented: all that the caller may do is in it. */
  uploadLink: UploadLinkGrant | null;
}

/**
 * What the secret of an upload link lets its holder do: bring files to one deposition, and look at
 * these uploads.
 */
export interface UploadLinkGrant {
  id: string;
  depositionId: number;
  containerId: string | null;
  returnUrl: string;
  /** Bytes and files that its uploads together may bring; null: what Zenodo takes. */
  maxBytes: number | null;
  maxFiles: number | null;
  /** What becomes of folders. */
  folders: 'zip' | 'never';
  /** Remove files from the draft that its uploads do not name. */
  sync: boolean;
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

/** The upload link that a caller is limited to; null for everybody else. */
export function uploadLinkOf(caller: Caller): UploadLinkGrant | null {
  return caller.kind === 'connection' ? caller.uploadLink : null;
}

/** The application's container that a caller's uploads are for, if that is known. */
export function containerOf(caller: Caller): string | null {
  if (caller.kind === 'personal') return null;
  return caller.uploadLink?.containerId ?? caller.accessToken?.containerId ?? null;
}
