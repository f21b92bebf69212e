const HOUR = 60 * 60;
const DAY = 24 * HOUR;

/** How long things are valid, in seconds. */
export const LIFETIMES = {
  /** The state of an authorization. */
  state: HOUR,
  /** The same if its user may not be present: they get the URL later. */
  stateForLater: DAY,
  /** An access token, from its issue. Use does not extend it. */
  accessToken: 60 * DAY,
  /** An upload link whose application does not say how long. */
  uploadLink: 2 * HOUR,
  /** How much longer the uploads of an expired or finished link can be watched. */
  watching: DAY,
  /** A login to the operator's page. */
  operatorSession: 12 * HOUR,
  /**
   * An upload that is not over: after that it fails. It counts since its beginning or, while files
   * come by tus, since its last byte.
   */
  upload: DAY,
  /** An action on a draft whose outcome is unknown: a call or Zenodo may be busy with it. */
  action: 10 * 60,
};

/** How long rows are kept, in days. docs/security.md has the same table. */
export const KEPT_DAYS = {
  /** States after their expiry, so that used, expired and unknown ones can be told apart. */
  states: 1,
  /** Access tokens after they expired or were spent, so that they are still recognised. */
  accessTokens: 180,
  /** Unused connections, with their access tokens and rows of drafts. */
  connections: 180,
  /** Unused rows of drafts that have no connection: those of personal tokens. */
  drafts: 180,
  /** Upload links after their end. */
  uploadLinks: 30,
  /** Uploads after their end, with their files and history. */
  uploads: 30,
  /** Ids of uploads whose user was forgotten, at least: see uploads/cleanup.ts. */
  forgottenUploads: 1,
  /** Uploads that were refused before they were accepted. */
  refusedUploads: 30,
  /** Events, with what is known of their delivery. */
  events: 30,
  /** Staging volumes that no process has reached. */
  stagingVolumes: 30,
};

/** The time some days before `now`, which is in milliseconds since the epoch. */
export function daysBefore(now: number, days: number): Date {
  return new Date(now - days * DAY * 1000);
}

/** How many refused uploads are kept at most: callers could fill the table in less time. */
export const MOST_REFUSED_UPLOADS = 20_000;

/** Hours that a process which ended without a word is listed. */
export const REPLICA_HOURS = 1;
