import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { LIFETIMES } from '../lifetimes.js';

/** Ended sessions that are remembered. The oldest are forgotten first. */
const MAX_ENDED = 10_000;

export type Sessions = ReturnType<typeof createSessions>;

/**
 * Login sessions of the operator's page: a cookie signed with OPERATOR_KEY, which every replica
 * accepts until the key changes. A session that was ended is refused by the process that ended it.
 */
export function createSessions(key: string, now: () => number, randomBytes: (size: number) => Buffer) {
  const derived = Buffer.from(hkdfSync('sha256', key, '', 'zenodo-service operator', 32));
  const digest = (text: string) => createHmac('sha256', derived).update(text).digest();
  const ended = new Set<string>();

  const isOpen = (session: string): boolean => {
    const [, text = '', until = '', seal = ''] =
      /^((\d{1,15})\.[0-9a-f]{32})\.([0-9a-f]{64})$/.exec(session) ?? [];
    if (!(Number(until) > now()) || ended.has(text)) return false;
    return timingSafeEqual(digest(`session ${text}`), Buffer.from(seal, 'hex'));
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

    end(session: string): void {
      if (!isOpen(session)) return;
      ended.add(session.slice(0, session.lastIndexOf('.')));
      const [oldest] = ended;
      if (ended.size > MAX_ENDED && oldest !== undefined) ended.delete(oldest);
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
