import type { FastifyBaseLogger } from 'fastify';
import type { Database } from '../database/prisma.js';
import { endUploadLinks } from '../upload-links/end-links.js';
import type { ZenodoClient } from '../zenodo/client.js';
import { createdAt, isReusedId } from '../zenodo/deposition.js';
import type { TokenSet } from '../zenodo/tokens.js';

/** Timeout of one request to Zenodo in milliseconds. The user is waiting. */
const TIME_OUT = 5000;

/** How many of the newest drafts are compared. */
const DRAFTS = 3;

/** Called with a connection that now belongs to another person. */
export type Forgotten = (connectionId: string) => Promise<void>;

interface Parts {
  database: Database;
  zenodo: Pick<ZenodoClient, 'accountCreated' | 'deposition'>;
  forgotten: Forgotten;
  now(): number;
  log: FastifyBaseLogger;
}

/**
 * After a reset (a wiped sandbox), Zenodo assigns user ids again, and a connection is found by such
 * an id. Its access tokens, uploads and drafts must not pass to another person
 * (docs/adr/0012-zenodo-began-anew.md).
 */
export function createWipeCheck({ database, zenodo, forgotten, now, log }: Parts) {
  /**
   * What the new token sees of the newest drafts. `same`: one of them still exists. `other`: one of
   * their ids now belongs to another draft. Null: unknown, because they are published, deleted, or
   * not this user's.
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
        // The `created` of a record differs from that of its draft.
        if (seen === null || seen.submitted) return null;
        return isReusedId(zenodoCreatedAt, createdAt(seen)) ? 'other' : 'same';
      }),
    );
    return found.find((said) => said === 'same') ?? found.find((said) => said === 'other') ?? null;
  };

  /** Without proof, the person is the same. */
  const isAnother = async (
    connectionId: string,
    token: string,
    known: Date | null,
    seen: Date | null,
  ): Promise<boolean> => {
    if (known !== null && seen !== null && !isReusedId(known, seen)) return false;
    const drafts = await draftsSay(connectionId, token);
    return drafts === 'other' || (isReusedId(known, seen) && drafts !== 'same');
  };

  /**
   * Deletes all that could act in the new person's name. The account's date is updated in the same
   * transaction, so that of two concurrent authorizations only the first deletes, and not what the
   * other one has issued. False if the other one was first.
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
      await endUploadLinks(tx, { connectionId }, 'disconnected', at);
      await tx.draft.deleteMany({ where: { connectionId } });
      return true;
    });

  /**
   * Call this before storing the token set of a new authorization. If the connection's data belongs
   * to another person, it is deleted first. Asks Zenodo. Throws only if the database fails.
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
        { audit: 'began_anew', connection_id: connectionId, zenodo_user_id: zenodoUserId },
        'a Zenodo user id now belongs to another user',
      );
      await forgotten(connectionId);
    } else if (seen !== null) {
      await database.connection.updateMany({ where, data: { accountCreatedAt: seen } });
    }
  };
}
