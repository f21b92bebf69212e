/**
 * The mock's tables. Everything is plain JSON, so that the state can be exported, imported and
 * stored on disk. Times are milliseconds since the epoch, except for timestamps in Zenodo's own
 * format.
 */

export interface User {
  id: number;
  username: string;
  email: string;
  emailVerified: boolean;
  /** Classified as spam: may not publish. */
  blocked: boolean;
  /** When the account was created, as Zenodo writes it. Omitted: when Zenodo started. */
  created?: string;
  /**
   * False once the staff has deactivated the account, which makes its tokens invalid. Omitted means
   * true.
   */
  active?: boolean;
  /** Extra bytes per record on top of the configured quota. */
  extraQuota: number;
}

export interface App {
  clientId: string;
  clientSecret: string;
  name: string;
  description: string;
  website: string;
  /**
   * Exact strings. The single entry `*loopback*` stands for any http://localhost or
   * http://127.0.0.1 URL (default app only).
   */
  redirectUris: string[];
  confidential: boolean;
  /** The user who registered it: client_credentials tokens act as that user. */
  ownerId: number;
  defaultScopes: string[];
}

export interface Token {
  accessToken: string;
  kind: 'personal' | 'oauth';
  name: string;
  userId: number;
  clientId: string | null;
  scopes: string[];
  refreshToken: string | null;
  createdAt: number;
  /** null: never (personal tokens). */
  expiresAt: number | null;
}

export interface AuthorizationCode {
  code: string;
  clientId: string;
  userId: number;
  redirectUri: string;
  scopes: string[];
  expiresAt: number;
}

/**
 * A file of a draft or record. `fileId` names the stored bytes and survives newversion; `versionId`
 * changes with each upload.
 */
export interface FileEntry {
  key: string;
  fileId: string;
  versionId: string;
  blobId: string | null;
  status: 'pending' | 'completed';
  size: number;
  /** md5 in hex, no prefix. */
  md5: string;
  mimetype: string;
  created: string;
  updated: string;
}

/**
 * The RDM form of metadata, custom fields, access and pids, as the validated store keeps it
 * (`zenodo-api.md` 5.2).
 */
export interface RecordContent {
  metadata: Record<string, unknown>;
  custom_fields: Record<string, unknown>;
  access: {
    record: 'public' | 'restricted';
    files: 'public' | 'restricted';
    embargo: { active: boolean; until?: string; reason?: string | null };
  };
  pids: Record<string, { identifier: string; provider: string; client?: string }>;
}

/** A draft or a published record, which have the same structure. */
export interface RecordState extends RecordContent {
  created: string;
  updated: string;
  revision: number;
  bucketId: string;
  files: FileEntry[];
  filesEnabled: boolean;
  /** Key of the file that the record's page shows first. */
  defaultPreview?: string | undefined;
  /**
   * True for the edit draft of a published record (and for records), whose bucket refuses changes.
   */
  filesLocked: boolean;
}

/**
 * One recid. A new draft has only `draft`, a published record only `record`, one being edited has
 * both.
 */
export interface Deposition {
  id: number;
  /** The concept recid, shared by all versions. */
  conceptId: number;
  ownerId: number;
  /** 1 for the first version of a concept. */
  versionIndex: number;
  draft: RecordState | null;
  record: RecordState | null;
  /** Set when it was removed: `draft` was discarded (404), `record` left a tombstone (410). */
  deleted: null | Removal;
}

/** What remains of a removed draft or record. */
export interface Removal {
  kind: 'draft' | 'record';
  at: string;
  /** An id such as `spam` or `retracted`. */
  reason: string;
  note?: string;
  /** Id of the user who removed it, or `system`. */
  by?: string;
  /** The rule that allowed the owner to do so. */
  policy?: string;
}

/** What all versions of a concept share. */
export interface Concept {
  id: number;
  ownerId: number;
  conceptDoi: string | null;
  /** Ids of communities that accepted the record. */
  communityIds: string[];
  /**
   * Id of the request that the first publication depends on; it blocks publishing until it is
   * closed.
   */
  reviewId: string | null;
}

/** The metadata of a community, with at least a `title`. */
export type CommunityMetadata = Record<string, unknown> & { title: string };

/** Everyone but readers decides on requests. Owners and managers decide on members. */
export type Role = 'owner' | 'manager' | 'curator' | 'reader';

export interface Community {
  id: string;
  slug: string;
  metadata: CommunityMetadata;
  /** One of the owners: there may be others among the members. */
  ownerId: number;
  /** The members of the community besides that owner. */
  memberIds: number[];
  /** The roles of members, by user id. The default is curator. */
  roles?: Record<number, Role>;
  /** Ids of members who are not in the public list. */
  hiddenIds?: number[];
  access: {
    visibility: 'public' | 'restricted';
    members_visibility: 'public' | 'restricted';
    member_policy: 'open' | 'closed';
    record_submission_policy: 'open' | 'closed' | 'restricted';
    /** closed: records need a review; open: owners and members add directly. */
    review_policy: 'open' | 'closed' | 'members';
  };
  logo?: { base64: string; created: string; updated: string };
  created: string;
  updated: string;
  revision: number;
  deleted: boolean;
}

export type UserRequestStatus = 'created' | 'submitted' | 'accepted' | 'declined' | 'cancelled';

/**
 * A request in Zenodo's sense: a question to a community, or to Zenodo's staff, about a draft or
 * record.
 */
export interface UserRequest {
  id: string;
  number: number;
  /** Submission: publish a draft through a community. Inclusion: add a published record to one. */
  type: 'community-submission' | 'community-inclusion' | 'record-deletion';
  status: UserRequestStatus;
  title: string;
  description?: string;
  creatorId: number;
  /** null: Zenodo's staff. */
  communityId: string | null;
  depositionId: number;
  payload: Record<string, unknown> | null;
  created: string;
  updated: string;
  revision: number;
}

/** An entry of a vocabulary in the API, without its links. */
export type VocabularyEntry = { id: string; title: { en: string } } & Record<string, unknown>;

/** The complete state for export and import. */
export interface Tables {
  users: User[];
  apps: App[];
  tokens: Token[];
  /** The tokens as they were seeded, which a reset of their user restores. */
  seededTokens?: Token[];
  codes: AuthorizationCode[];
  depositions: Deposition[];
  concepts: Concept[];
  communities: Community[];
  requests: UserRequest[];
  /** Seeded entries of vocabularies, by the path below `/api/`. */
  vocabularies?: Record<string, VocabularyEntry[]>;
  /** The next recid. */
  nextId: number;
}
