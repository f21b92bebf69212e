import { type Static, Type } from 'typebox';
import { SampleSchema } from './journal-sample.js';
import { pathMatcher, pathOf } from './path-pattern.js';

const MAX_ENTRIES = 10_000;
/** Number of the newest entries whose headers and bodies are kept. */
const MAX_DETAILED = 500;

const MessageSchema = Type.Union(
  [
    Type.Object({
      headers: Type.Record(Type.String(), Type.String(), { description: 'Secrets masked.' }),
      body: Type.Union([SampleSchema, Type.Null()], { description: 'null if there is none.' }),
    }),
    Type.Null(),
  ],
  {
    description: `Headers and body; null while the request runs, and for all but the newest ${MAX_DETAILED}.`,
  },
);

export const JournalEntrySchema = Type.Object({
  id: Type.Integer(),
  startedAt: Type.String({ description: "Start on the mock's clock, ISO 8601." }),
  method: Type.String(),
  path: Type.String({ description: 'Path and query, secrets masked.' }),
  status: Type.Union([Type.Integer(), Type.Null()], {
    description: 'null while the request runs, and if the connection ended without a response.',
  }),
  bytesIn: Type.Integer({ description: 'Bytes of the request body that arrived.' }),
  bytesOut: Type.Integer({ description: "Bytes of the answer's body." }),
  durationMs: Type.Number({ description: 'Real milliseconds.' }),
  user: Type.Union([Type.String(), Type.Null()], { description: 'Username, null for guests.' }),
  faults: Type.Array(Type.String(), { description: 'Names or ids of the faults that hit the request.' }),
  running: Type.Boolean(),
  route: Type.Union([Type.String(), Type.Null()], {
    description: "Zenodo's route for the request; null while it runs, and if there is none.",
  }),
  nearest: Type.Array(Type.String(), {
    description: 'If Zenodo has no route for the call: the most similar routes, the best first.',
  }),
  unmatched: Type.Boolean({ description: 'Whether Zenodo has no route for the call.' }),
  notImitated: Type.Boolean({
    description: 'Whether Zenodo has a route for the call that the mock does not imitate.',
  }),
  request: MessageSchema,
  answer: MessageSchema,
});

/** One request in the journal. */
export type JournalEntry = Static<typeof JournalEntrySchema>;

export const JournalFilterSchema = Type.Object(
  {
    method: Type.Optional(Type.String()),
    path: Type.Optional(
      Type.String({
        description: '`:name` stands for one segment, `*` for anything. The query is ignored.',
      }),
    ),
    user: Type.Optional(Type.String({ description: 'Username.' })),
    status: Type.Optional(Type.Integer()),
    running: Type.Optional(Type.Boolean({ description: 'Also those that are not answered yet.' })),
    unmatched: Type.Optional(
      Type.Boolean({ description: 'Those that no route of Zenodo takes, or all others.' }),
    ),
    notImitated: Type.Optional(
      Type.Boolean({ description: 'Those that only a route of Zenodo takes, or all others.' }),
    ),
  },
  { additionalProperties: false },
);

/** Selects requests. Omitted conditions match all. */
export type JournalFilter = Static<typeof JournalFilterSchema>;

/**
 * The requests received, oldest first: the newest 10,000, with headers and bodies of the newest
 * 500.
 */
export interface Journal {
  /** Secrets in the path must be masked already. */
  begin(entry: Pick<JournalEntry, 'startedAt' | 'method' | 'path' | 'user'>): JournalEntry;
  /** Marks an entry as complete and notifies those who wait. */
  finish(entry: JournalEntry): void;
  list(filter?: JournalFilter): JournalEntry[];
  /** Resolves with the matching entries once there are `count` of them, or after `seconds`. */
  waitFor(filter: JournalFilter, count: number, seconds: number): Promise<JournalEntry[]>;
  /** Forgets all requests, or only those of a user. */
  clear(username?: string): void;
  /**
   * Calls `listener` with every entry when it begins and again when it ends, and with null when the
   * journal is cleared. Returns a function that ends this.
   */
  watch(listener: (entry: JournalEntry | null) => void): () => void;
  /** Ends all waiting. */
  close(): void;
}

/** Creates an empty journal. */
export function createJournal(): Journal {
  let entries: JournalEntry[] = [];
  let nextId = 1;
  const waiting = new Set<(last: boolean) => void>();
  const watching = new Set<(entry: JournalEntry | null) => void>();
  const tell = (entry: JournalEntry | null) => {
    for (const listener of [...watching]) listener(entry);
  };
  const journal: Journal = {
    begin(start) {
      const entry: JournalEntry = {
        id: nextId++,
        ...start,
        status: null,
        bytesIn: 0,
        bytesOut: 0,
        durationMs: 0,
        faults: [],
        running: true,
        route: null,
        nearest: [],
        unmatched: false,
        notImitated: false,
        request: null,
        answer: null,
      };
      entries.push(entry);
      const old = entries.at(-MAX_DETAILED - 1);
      if (old !== undefined) Object.assign(old, { request: null, answer: null });
      if (entries.length > MAX_ENTRIES * 1.1) entries = entries.slice(-MAX_ENTRIES);
      for (const look of [...waiting]) look(false);
      tell(entry);
      return entry;
    },
    finish(entry) {
      entry.running = false;
      for (const look of [...waiting]) look(false);
      tell(entry);
    },
    list(filter = {}) {
      const samePath = filter.path === undefined ? undefined : pathMatcher(filter.path);
      return entries
        .slice(-MAX_ENTRIES)
        .filter(
          (entry) =>
            (filter.running === true || !entry.running) &&
            (filter.method === undefined || entry.method === filter.method.toUpperCase()) &&
            (filter.user === undefined || entry.user === filter.user) &&
            (filter.status === undefined || entry.status === filter.status) &&
            (filter.unmatched === undefined || entry.unmatched === filter.unmatched) &&
            (filter.notImitated === undefined || entry.notImitated === filter.notImitated) &&
            (samePath === undefined || samePath(pathOf(entry.path))),
        );
    },
    waitFor(filter, count, seconds) {
      return new Promise((resolve) => {
        const look = (last: boolean) => {
          const found = journal.list(filter);
          if (found.length < count && !last) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(found);
        };
        const timer = setTimeout(() => look(true), seconds * 1000);
        waiting.add(look);
        look(false);
      });
    },
    clear(username) {
      entries = username === undefined ? [] : entries.filter(({ user }) => user !== username);
      tell(null);
    },
    watch(listener) {
      watching.add(listener);
      return () => watching.delete(listener);
    },
    close() {
      for (const look of [...waiting]) look(true);
    },
  };
  return journal;
}
