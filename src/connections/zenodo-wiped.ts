import type { FastifyBaseLogger } from 'fastify';
import type { Database } from '../database/prisma.js';
import type { ZenodoClient } from '../zenodo/client.js';
import { createdAt, isOther } from '../zenodo/deposition.js';
import type { TokenSet } from '../zenodo/tokens.js';

/**
 * How long one question to Zenodo may take: its answer helps, but the user is waiting.
 * Milliseconds.
 */
const TIME_OUT = 5000;

/** How many of the newest drafts are looked at. */
const DRAFTS = 3;

/** Called with a connection that is another person's now. */
export type Forgotten = (connectionId: string) => Promise<void>;

interface Parts {
  database: Database;
  zenodo: Pick<ZenodoClient, 'accountCreated' | 'deposition'>;
  forgotten: Forgotten;
  now(): number;
  log: FastifyBaseLogger;
}

/**
 * A Zenodo that began anew (a sandbox that was wiped) gives ids of users again, and a connection is
 * found by such an id. Its access tokens, uploads and drafts must not become another person's
 * (docs/adr/0012-zenodo-began-anew.md).
 */
export function createWipeCheck({ database, zenodo, forgotten, now, log }: Parts) {
  /**
   * What a new token set says of the newest drafts. `same`: one of them is still there. `other`:
   * another draft bears an id of theirs. Null: Zenodo does not say, because they are published,
   * deleted, or somebody else's.
   */
  const draftsSay = async (connectionId: string, token: string): Promise<'same' | 'other' | null> => {
    const known = await database.draft.findMany({
      where: { connectionId, depositionId: { not: null }, zenodoCreatedAt: { not: null }, deletedAt: null },
      orderBy: { createdAt: 'desc' },
      take: DRAFTS,
      select: { depositionId: true, zenodoCreatedAt: true },
    });
    const found = await Promise.all(
      known.map(async ({ depositionId, zenodoCreatedAt }) => {
        const limits = { timeout: TIME_OUT };
        const seen = await zenodo.deposition(token, Number(depositionId), limits).catch(() => null);
        // A record has a `created` of its own, which differs from that of its draft.
        if (seen === null || seen.submitted) return null;
        return isOther(zenodoCreatedAt, createdAt(seen)) ? 'other' : 'same';
      }),
    );
    return found.find((said) => said === 'same') ?? found.find((said) => said === 'other') ?? null;
  };

  /**
   * Only what proves it counts: where Zenodo says nothing, the person is the one that they were.
   */
  const isAnother = async (
    connectionId: string,
    token: string,
    known: Date | null,
    seen: Date | null,
  ): Promise<boolean> => {
    if (known !== null && seen !== null && !isOther(known, seen)) return false;
    const drafts = await draftsSay(connectionId, token);
    return drafts === 'other' || (isOther(known, seen) && drafts !== 'same');
  };

  /**
   * Nothing that is there acts in the new person's name. The account's date is written with it, so
   * that of two authorizations at once only the first forgets, and not what the other one has
   * issued. False: that one was first.
   */
  const forget = (connectionId: string, known: Date | null, seen: Date | null): Promise<boolean> =>
    database.$transaction(async (tx) => {
      if (seen !== null) {
        const where = { id: connectionId, accountCreatedAt: known };
        const { count } = await tx.connection.updateMany({ where, data: { accountCreatedAt: seen } });
        if (count === 0) return false;
      }
      const at = new Date(now());
      await tx.accessToken.updateMany({ where: { connectionId, spentAt: null }, data: { spentAt: at } });
      await tx.uploadLink.updateMany({
        where: { connectionId, endedAt: null },
        data: { endedAt: at, reason: 'disconnected' },
      });
      await tx.draft.deleteMany({ where: { connectionId } });
      return true;
    });

  /**
   * To be called before the token set of a new authorization is stored: if it is another person's
   * than all that the connection has, that is forgotten first. Asks Zenodo; throws only for the
   * database.
   */
  return async (connectionId: string, { accessToken, zenodoUserId }: TokenSet): Promise<void> => {
    const seen = await zenodo
      .accountCreated(accessToken, zenodoUserId, { timeout: TIME_OUT })
      .catch(() => null);
    const where = { id: connectionId };
    const row = await database.connection.findUnique({ where, select: { accountCreatedAt: true } });
    const known = row?.accountCreatedAt ?? null;
    if (await isAnother(connectionId, accessToken, known, seen)) {
      if (!(await forget(connectionId, known, seen))) return;
      log.warn(
        { audit: 'began_anew', connectionId, zenodoUserId },
        'a Zenodo user id now belongs to another user',
      );
      await forgotten(connectionId);
    } else if (seen !== null) {
      await database.connection.updateMany({ where, data: { accountCreatedAt: seen } });
    }
  };
}
