import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Database } from '../database/prisma.js';
import { LIFETIMES } from '../lifetimes.js';

/** Ended sessions that are remembered. The oldest are forgotten first. */
const MAX_ENDED = 10_000;

export type Sessions = ReturnType<typeof createSessions>;

type EndedSessions = ReturnType<typeof createEndedSessions>;

/** The sessions that were ended in any replica: rows until they would have expired. */
export function createEndedSessions(database: Database, now: () => number) {
  return {
    async add(id: string, expiresAt: Date): Promise<void> {
      await database.endedSession.upsert({ where: { id }, create: { id, expiresAt }, update: {} });
    },

    async list(): Promise<string[]> {
      const rows = await database.endedSession.findMany({ orderBy: { expiresAt: 'desc' }, take: MAX_ENDED });
      return rows.map(({ id }) => id);
    },

    /** Deletes the expired ones. Returns how many. */
    async forgetOld(): Promise<number> {
      const { count } = await database.endedSession.deleteMany({
        where: { expiresAt: { lt: new Date(now()) } },
      });
      return count;
    },
  };
}

/**
 * Login sessions of the operator's page: a cookie signed with OPERATOR_KEY, which every replica
 * accepts until the key changes. The process that ended a session refuses it at once, and the
 * others after their next `load`.
 */
export function createSessions(
  key: string,
  now: () => number,
  randomBytes: (size: number) => Buffer,
  store: Pick<EndedSessions, 'add' | 'list'>,
) {
  const derived = Buffer.from(hkdfSync('sha256', key, '', 'zenodo-service operator', 32));
  const digest = (text: string) => createHmac('sha256', derived).update(text).digest();
  const ended = new Set<string>();
  /** Ended here, but not stored yet. */
  const unsaved = new Set<string>();

  const isOpen = (session: string): boolean => {
    const [, text = '', until = '', signature = ''] =
      /^((\d{1,15})\.[0-9a-f]{32})\.([0-9a-f]{64})$/.exec(session) ?? [];
    if (!(Number(until) > now()) || ended.has(text)) return false;
    return timingSafeEqual(digest(`session ${text}`), Buffer.from(signature, 'hex'));
  };

  const save = async (id: string): Promise<void> => {
    await store.add(id, new Date(Number.parseInt(id, 10)));
    unsaved.delete(id);
  };

  const remember = (id: string): void => {
    ended.add(id);
    const [oldest] = ended;
    if (ended.size > MAX_ENDED && oldest !== undefined) ended.delete(oldest);
  };

  return {
    /** Seconds after which the browser deletes a session. */
    seconds: LIFETIMES.operatorSession,

    /** Compares in constant time, whatever the length. */
    isKey: (given: string): boolean => timingSafeEqual(digest(`key ${given}`), digest(`key ${key}`)),

    open(): string {
      const text = `${now() + LIFETIMES.operatorSession * 1000}.${randomBytes(16).toString('hex')}`;
      return `${text}.${digest(`session ${text}`).toString('hex')}`;
    },

    isOpen,

    /** Reads which sessions other processes have ended, and stores what could not be stored. */
    async load(): Promise<void> {
      for (const id of unsaved) await save(id);
      for (const id of await store.list()) remember(id);
    },

    /** Ends a session here at once. Throws if that cannot be stored yet: `load` repeats it. */
    async end(session: string): Promise<void> {
      if (!isOpen(session)) return;
      const text = textOf(session);
      remember(text);
      unsaved.add(text);
      await save(text);
    },

    /** The token of every form of a session, which other sites cannot know. */
    formToken: (session: string): string => digest(`form ${session}`).toString('hex'),

    isFormToken(session: string, token: string): boolean {
      return (
        /^[0-9a-f]{64}$/.test(token) && timingSafeEqual(digest(`form ${session}`), Buffer.from(token, 'hex'))
      );
    },
  };
}

/** What a session says, without its signature. */
function textOf(session: string): string {
  return session.slice(0, session.lastIndexOf('.'));
}
