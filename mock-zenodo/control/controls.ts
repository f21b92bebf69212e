import { type Static, Type } from 'typebox';
import { type Consent, ConsentSchema } from '../consent.js';
import type { MockContext } from '../context.js';
import { findDeposition } from '../deposit/lookup.js';
import { removeRecord } from '../deposit/removal.js';
import type { Fault, FaultState } from '../faults/fault.js';
import type { JournalEntry, JournalFilter } from '../journal.js';
import { expireTokens, revokeTokens, type TokenFilter } from '../oauth/tokens.js';
import { patternProblem } from '../path-pattern.js';
import type { App, User } from '../store/model.js';
import { ControlError } from './control-error.js';
import { reset } from './reset.js';
import { addApp, addToken, seed } from './seed.js';
import { type Seed, type SeedAppInput, SeedSchema, type SeedTokenInput } from './seed-schema.js';
import { exportSnapshot, importSnapshot, type Snapshot, SnapshotSchema } from './snapshot.js';
import { stateOf, tokenState } from './state.js';
import type { Seeded, State, TokenState } from './state-schema.js';
import { checked } from './validation.js';

export const ClockSchema = Type.Union([
  Type.Object(
    {
      now: Type.Union([Type.Number(), Type.String()], {
        description: 'ISO 8601, milliseconds since the epoch, or `real` for the time of the machine.',
      }),
    },
    { additionalProperties: false },
  ),
  Type.Object({ advance: Type.Number({ description: 'Seconds.' }) }, { additionalProperties: false }),
]);

/** The time to set the clock to, or how far to move it. */
type ClockChange = Static<typeof ClockSchema>;

export const RemovalSchema = Type.Object(
  {
    reason: Type.Optional(
      Type.String({ description: 'Id of the reason, such as `spam`. Default: `retracted`.' }),
    ),
    note: Type.Optional(Type.String({ description: 'Note on the tombstone.' })),
  },
  { additionalProperties: false },
);

/** Why a record is removed. */
type Removal = Static<typeof RemovalSchema>;

/** Everything that can be done to a mock besides calling it as Zenodo. */
export interface Controls {
  users: {
    list(): User[];
    /** Classifies a user as spam, or not. */
    block(username: string, blocked?: boolean): void;
  };
  tokens: {
    list(): TokenState[];
    create(wanted: SeedTokenInput): TokenState;
    /** Makes access tokens expire now; returns how many. */
    expire(filter?: TokenFilter): number;
    /** Deletes tokens; returns how many. */
    revoke(filter?: TokenFilter): number;
  };
  clients: { list(): App[]; register(wanted: SeedAppInput): App };
  faults: {
    /**
     * Adds a fault by its name, or by its fields. For an unknown name, throws an error that lists
     * the known ones.
     */
    add(order: string | Fault): FaultState;
    list(): FaultState[];
    remove(id: string): boolean;
    clear(): void;
  };
  clock: {
    now(): Date;
    /** Sets the time, or moves it by seconds. `real` is the time of the machine. */
    change(change: ClockChange): void;
    set(now: Date | string | number): void;
    /** Seconds, forwards or backwards. */
    advance(seconds: number): void;
  };
  requests: {
    list(filter?: JournalFilter): JournalEntry[];
    /** The matching requests, once there are `count` of them, or after `seconds`. */
    waitFor(filter: JournalFilter, count?: number, seconds?: number): Promise<JournalEntry[]>;
    clear(): void;
    /**
     * Calls `listener` with every request when it begins and again when it ends, and with null when
     * the journal is cleared. Returns a function that ends this.
     */
    watch(listener: (entry: JournalEntry | null) => void): () => void;
  };
  consent: { get(): Consent; set(consent: Partial<Consent>): Consent };
  /** Adds users, apps, tokens, communities, depositions. */
  seed(wanted: Seed): Promise<Seeded>;
  records: {
    /**
     * Removes a published record, as Zenodo's staff does. Its id then leads to a tombstone. Throws
     * for an id without a record.
     */
    remove(id: number, removal?: Removal): void;
  };
  /** Everything, or only what belongs to a user. */
  state(username?: string): State;
  /**
   * Restores the state after the start, or only for one user. With `keepIds`, ids continue to
   * count.
   */
  reset(username?: string, options?: { keepIds?: boolean }): Promise<void>;
  export(options?: { files?: boolean }): Promise<Snapshot>;
  import(snapshot: Snapshot): Promise<void>;
}

/** Throws 400 for a path that no request can have, because waiting for it would never end. */
function matchable(filter: JournalFilter): JournalFilter {
  const problem = filter.path === undefined ? null : patternProblem(filter.path);
  if (problem !== null) throw new ControlError(400, problem);
  return filter;
}

/**
 * The controls of a mock. The library's methods and the calls of the control API are the same
 * functions.
 */
export function createControls(mock: MockContext): Controls {
  const { store, clock, journal, faults } = mock;
  const setClock = (now: Date | string | number) => {
    const time = now === 'real' ? Date.now() : new Date(now).getTime();
    if (Number.isNaN(time)) throw new ControlError(400, `${now} is not a time.`);
    clock.set(time);
  };
  const advance = (seconds: number) => {
    const time = clock.now() + seconds * 1000;
    if (Number.isNaN(new Date(time).getTime()))
      throw new ControlError(400, `${seconds} seconds exceed the range of dates.`);
    clock.advance(seconds);
  };
  const known = (username: string): User => {
    const user = store.userByName(username);
    if (user === undefined) throw new ControlError(404, `There is no user ${username}.`);
    return user;
  };
  const ofKnown = (filter: TokenFilter): TokenFilter => {
    if (filter.user !== undefined) known(filter.user);
    return filter;
  };
  return {
    users: {
      list: () => [...store.users.values()],
      block(username, blocked = true) {
        known(username).blocked = blocked;
      },
    },
    tokens: {
      list: () => stateOf(mock).tokens,
      create: (wanted) => tokenState(mock, addToken(mock, wanted)),
      expire: (filter = {}) => expireTokens(mock, ofKnown(filter)),
      revoke: (filter = {}) => revokeTokens(mock, ofKnown(filter)),
    },
    clients: {
      list: () => [...store.apps.values()],
      register: (wanted) => addApp(mock, wanted),
    },
    faults: {
      ...faults,
      add(order) {
        if (typeof order !== 'string' && order.user !== undefined) known(order.user);
        return faults.add(order);
      },
    },
    clock: {
      now: () => new Date(clock.now()),
      change: (change) => ('now' in change ? setClock(change.now) : advance(change.advance)),
      set: setClock,
      advance,
    },
    requests: {
      list: (filter = {}) => journal.list(matchable(filter)),
      waitFor: async (filter, count = 1, seconds = 5) => journal.waitFor(matchable(filter), count, seconds),
      clear: () => journal.clear(),
      watch: (listener) => journal.watch(listener),
    },
    consent: {
      get: () => ({ ...mock.consent }),
      set(consent) {
        const wanted = checked(ConsentSchema, { ...mock.consent, ...consent }, 'consent');
        if (wanted.user !== null) known(wanted.user);
        Object.assign(mock.consent, wanted);
        return { ...mock.consent };
      },
    },
    records: {
      remove(id, removal = {}) {
        const { reason = 'retracted', note = '' } = checked(RemovalSchema, removal, 'removal');
        removeRecord(mock, findDeposition(mock, String(id)), { reason, note });
      },
    },
    seed: async (wanted) => seed(mock, checked(SeedSchema, wanted, 'seed')),
    state: (username) => stateOf(mock, username),
    reset: (username, options) => reset(mock, username, options),
    export: ({ files = false } = {}) => exportSnapshot(mock, files),
    import: async (snapshot) => importSnapshot(mock, checked(SnapshotSchema, snapshot, 'snapshot')),
  };
}
