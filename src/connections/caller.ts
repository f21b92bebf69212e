/**
 * What an authorization is requested for, and the redirect URI of its response (RFC 6749 section
 * 4.1.1).
 */
export interface AuthorizationRequest {
  containerId: string;
  callbackUrl: string;
}

/**
 * Who is calling: a connection of this service, or a personal token that is passed on to Zenodo.
 * Contains no secret of a connection.
 */
export type Caller = ConnectedCaller | PersonalCaller;

export interface ConnectedCaller {
  kind: 'connection';
  /** `connection:<id>`: the owner of drafts and uploads. */
  owner: string;
  connectionId: string;
  zenodoUserId: string;
  /** The presented access token. Null for background work and for upload links. */
  accessToken: { hash: string; containerId: string; callbackUrl: string; expiresAt: Date } | null;
  /** Set if the secret of an upload link was presented. It then limits what the caller may do. */
  uploadLink: UploadLinkGrant | null;
}

/** What an upload link permits: bring files to one deposition, and watch these uploads. */
export interface UploadLinkGrant {
  id: string;
  depositionId: number;
  containerId: string | null;
  returnUrl: string;
  /** False after its expiry: then only what was begun in time goes on. */
  mayBegin: boolean;
  /** Limits on the bytes and files of all its uploads together. Null: Zenodo's limits. */
  maxBytes: number | null;
  maxFiles: number | null;
  /** Whether folders become zips. */
  folders: 'zip' | 'never';
  /** Whether files that its uploads do not name are removed from the draft. */
  sync: boolean;
}

export interface PersonalCaller {
  kind: 'personal';
  /** `token:<SHA-256 of the token>`: the owner of drafts and uploads. */
  owner: string;
  token: string;
}

/** The owner of what belongs to a connection. */
export function ownerOf(connectionId: string): string {
  return `connection:${connectionId}`;
}

/** A caller of a connection: by what they presented, or for background work. */
export function connectedCaller(
  { connectionId, zenodoUserId }: Pick<ConnectedCaller, 'connectionId' | 'zenodoUserId'>,
  accessToken: ConnectedCaller['accessToken'] = null,
): ConnectedCaller {
  const owner = ownerOf(connectionId);
  return { kind: 'connection', owner, connectionId, zenodoUserId, accessToken, uploadLink: null };
}

/** The connection of a caller; null for a personal token. */
export function connectionOf(caller: Caller): string | null {
  return caller.kind === 'connection' ? caller.connectionId : null;
}

/** Whether a caller stands for work that the service does by itself. */
export function isBackground(caller: Caller): boolean {
  return caller.kind === 'connection' && caller.accessToken === null && caller.uploadLink === null;
}

/** The upload link that limits a caller; null if there is none. */
export function uploadLinkOf(caller: Caller): UploadLinkGrant | null {
  return caller.kind === 'connection' ? caller.uploadLink : null;
}

/** Whether what the caller brings counts against the limits of an upload link. */
export function isLimited(caller: Caller): boolean {
  const link = uploadLinkOf(caller);
  return link !== null && (link.maxBytes !== null || link.maxFiles !== null);
}

/** The container that a caller's uploads are for, if it is known. */
export function containerOf(caller: Caller): string | null {
  if (caller.kind === 'personal') return null;
  return caller.uploadLink?.containerId ?? caller.accessToken?.containerId ?? null;
}

/**
 * Whose failure a failure is. It may name where this caller authorizes again, which differs between
 * the upload links and access tokens of one owner.
 */
export function askerOf(caller: Caller): string {
  if (caller.kind === 'personal') return caller.owner;
  return `${caller.owner} ${caller.uploadLink?.id ?? caller.accessToken?.hash ?? ''}`;
}
