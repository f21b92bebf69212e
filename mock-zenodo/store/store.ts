import type {
  App,
  AuthorizationCode,
  Community,
  Concept,
  Deposition,
  RecordState,
  Tables,
  Token,
  User,
  UserRequest,
  VocabularyEntry,
} from './model.js';

/** The first recid of a new mock. */
export const FIRST_ID = 123_456;

/**
 * The complete state of the mock, in memory. Handlers change it synchronously, so no request sees
 * an incomplete state.
 */
export interface Store {
  users: Map<number, User>;
  apps: Map<string, App>;
  /** By access token. */
  tokens: Map<string, Token>;
  /** The tokens as they were seeded, by access token. */
  seededTokens: Map<string, Token>;
  /** By code. */
  codes: Map<string, AuthorizationCode>;
  depositions: Map<number, Deposition>;
  concepts: Map<number, Concept>;
  communities: Map<string, Community>;
  requests: Map<string, UserRequest>;
  /** By the path below `/api/`. */
  vocabularies: Map<string, VocabularyEntry[]>;
  /**
   * Takes the next recid. Recids grow by one, and that of a first version follows that of its
   * concept.
   */
  nextId(): number;
  /** The next id, without taking it. */
  peekId(): number;
  /**
   * Makes these the next ids. All later ones are larger. Returns false, and changes nothing, if one
   * is taken.
   */
  reserveIds(ids: number[]): boolean;
  userByName(username: string): User | undefined;
  /** The deposition whose draft or record has a bucket. */
  byBucket(bucketId: string): { deposition: Deposition; state: RecordState } | undefined;
  /** All versions of a concept, oldest first, without the deleted ones. */
  versionsOf(conceptId: number): Deposition[];
  /**
   * The index of the next version of a concept. Those of removed records are not used again
   * (`inveniosoftware/invenio-drafts-resources:invenio_drafts_resources/records/systemfields/versions.py`).
   */
  nextVersionIndex(conceptId: number): number;
  dump(): Tables;
  /** Replaces everything. */
  load(tables: Tables): void;
}

/** Creates an empty store whose first recid is `firstId`. */
export function createStore(firstId: number): Store {
  let next = firstId;
  const reserved: number[] = [];
  const store: Store = {
    users: new Map(),
    apps: new Map(),
    tokens: new Map(),
    seededTokens: new Map(),
    codes: new Map(),
    depositions: new Map(),
    concepts: new Map(),
    communities: new Map(),
    requests: new Map(),
    vocabularies: new Map(),
    nextId: () => reserved.shift() ?? next++,
    peekId: () => next,
    reserveIds(ids) {
      if (ids.some((id) => store.depositions.has(id) || store.concepts.has(id))) return false;
      reserved.splice(0, reserved.length, ...ids);
      next = Math.max(next, ...ids.map((id) => id + 1));
      return true;
    },
    userByName: (username) => [...store.users.values()].find((user) => user.username === username),
    byBucket(bucketId) {
      for (const deposition of store.depositions.values()) {
        for (const state of [deposition.draft, deposition.record]) {
          if (state?.bucketId === bucketId) return { deposition, state };
        }
      }
      return undefined;
    },
    versionsOf(conceptId) {
      return [...store.depositions.values()]
        .filter((deposition) => deposition.conceptId === conceptId && deposition.deleted === null)
        .sort((a, b) => a.versionIndex - b.versionIndex);
    },
    nextVersionIndex(conceptId) {
      const taken = [...store.depositions.values()]
        .filter((deposition) => deposition.conceptId === conceptId && deposition.record !== null)
        .map(({ versionIndex }) => versionIndex);
      return Math.max(0, ...taken) + 1;
    },
    dump: () => ({
      users: [...store.users.values()],
      apps: [...store.apps.values()],
      tokens: [...store.tokens.values()],
      seededTokens: [...store.seededTokens.values()],
      codes: [...store.codes.values()],
      depositions: [...store.depositions.values()],
      concepts: [...store.concepts.values()],
      communities: [...store.communities.values()],
      requests: [...store.requests.values()],
      vocabularies: Object.fromEntries(store.vocabularies),
      nextId: next,
    }),
    load(tables) {
      store.users = new Map(tables.users.map((user) => [user.id, user]));
      store.apps = new Map(tables.apps.map((app) => [app.clientId, app]));
      store.tokens = new Map(tables.tokens.map((token) => [token.accessToken, token]));
      store.seededTokens = new Map((tables.seededTokens ?? []).map((token) => [token.accessToken, token]));
      store.codes = new Map(tables.codes.map((code) => [code.code, code]));
      store.depositions = new Map(tables.depositions.map((deposition) => [deposition.id, deposition]));
      store.concepts = new Map(tables.concepts.map((concept) => [concept.id, concept]));
      store.communities = new Map(tables.communities.map((community) => [community.id, community]));
      store.requests = new Map(tables.requests.map((request) => [request.id, request]));
      store.vocabularies = new Map(Object.entries(tables.vocabularies ?? {}));
      reserved.length = 0;
      next = tables.nextId;
    },
  };
  return store;
}
