// Raw SQL: ages are by the clock of the database.
import type { FastifyBaseLogger } from 'fastify';
import type { Event, Prisma } from '../database/generated/client.js';
import type { Database } from '../database/prisma.js';
import { KEPT_DAYS } from '../lifetimes.js';
import type { EventBody } from '../schemas/events.js';
import type { UploadReads } from '../uploads/rows/upload-reads.js';
import { toUploadHead } from '../uploads/view.js';
import { EVENT_TYPES, type EventType } from './record-event.js';

/** Events whose data is stored in one pass. */
const STORED_AT_ONCE = 100;

export type Events = ReturnType<typeof createEvents>;

/** Recorded events. `service` is where callers reach this service, without a trailing slash. */
export function createEvents(
  database: Database,
  uploads: Pick<UploadReads, 'findHead'>,
  service: () => string,
  log: Pick<FastifyBaseLogger, 'error'>,
) {
  /**
   * The data of an event. For an upload the row has only the state; the rest is read once and
   * stored, so that every delivery is the same.
   */
  const dataOf = async (event: Event): Promise<Prisma.JsonObject> => {
    const told = event.data as Prisma.JsonObject;
    if (event.dataComplete || event.uploadId === null) return told;
    const found = await uploads.findHead(event.uploadId);
    if (found === null) return told;
    const { upload } = found;
    const final = upload.state === told['state'];
    const then = {
      ...upload,
      state: told['state'] as typeof upload.state,
      error: told['error'] ?? null,
      finishedAt: final ? upload.finishedAt : null,
      // What has happened since belongs to later events.
      events: upload.events.filter(({ at }) => at <= event.at),
    };
    const shown = toUploadHead({ ...found, upload: then }, { service: service(), language: 'en' });
    const data = JSON.parse(JSON.stringify(shown)) as Prisma.JsonObject;
    const storing = { where: { id: event.id, dataComplete: false }, data: { data, dataComplete: true } };
    const { count } = await database.event.updateMany(storing);
    if (count > 0) return data;
    const stored = await database.event.findUnique({ where: { id: event.id }, select: { data: true } });
    return (stored?.data ?? data) as Prisma.JsonObject;
  };

  const bodyOf = async (event: Event): Promise<EventBody> => ({
    id: event.id,
    type: event.type as EventType,
    timestamp: event.at.toISOString(),
    connection_id: event.connectionId,
    zenodo_user_id: event.zenodoUserId,
    deposition_id: event.depositionId === null ? null : Number(event.depositionId),
    container_id: event.containerId,
    upload_id: event.uploadId,
    request_id: event.requestId,
    data: await dataOf(event),
  });

  return {
    bodyOf,

    /**
     * Stores the data of new events, the newest first. Also of those that wait behind others,
     * because their uploads go on changing.
     */
    async storeData(): Promise<void> {
      // The column as it is: a partial index answers it.
      const found = await database.$queryRaw<{ id: string }[]>`
        SELECT id FROM events WHERE NOT sealed ORDER BY seq DESC LIMIT ${STORED_AT_ONCE}`;
      for (const { id } of found) {
        const event = await database.event.findUnique({ where: { id } });
        if (event === null) continue;
        // One that cannot be read keeps no other waiting.
        await dataOf(event).catch((err: unknown) =>
          log.error({ err, event_id: id }, 'an event could not be stored'),
        );
      }
    },

    /** Events of an owner after `after`, oldest first, and where the next page begins. */
    async list(owner: string, after: bigint, size: number) {
      const found = await database.event.findMany({
        where: { owner, seq: { gt: after }, type: { in: [...EVENT_TYPES] } },
        orderBy: { seq: 'asc' },
        take: size + 1,
      });
      const shown = found.slice(0, size);
      const events: EventBody[] = [];
      for (const event of shown) events.push(await bodyOf(event));
      return { events, next: String(shown.at(-1)?.seq ?? after), more: found.length > size };
    },

    /** Marks the events so far as not to be delivered. */
    async switchOff(): Promise<void> {
      // The state as a literal: a partial index answers it.
      await database.$executeRaw`UPDATE events SET delivery = 'off' WHERE delivery = 'pending'`;
    },

    /** Deletes old events. Returns how many. */
    async forgetOld(): Promise<number> {
      return database.$executeRaw`DELETE FROM events WHERE at < now() - ${KEPT_DAYS.events} * interval '1 day'`;
    },
  };
}

/**
 * Sends an event again, as if it had just happened. If it is waiting for its next delivery, that
 * happens now, after those of its stream that must come first, and the waits between attempts begin
 * anew. `ids` are the events that changed: none if all of them are due already, or if no
 * application is configured.
 */
export async function sendAgain(
  database: Database,
  id: string,
): Promise<{ ids: string[]; isPending: boolean }> {
  const again = await database.$queryRaw<{ id: string }[]>`
    UPDATE events SET delivery = 'pending', attempts = 0, next_at = now(), deadline_at = DEFAULT
    WHERE id = ${id}::uuid AND type = ANY(${[...EVENT_TYPES]}) AND delivery <> 'pending' RETURNING id`;
  if (again.length > 0) return { ids: [id], isPending: true };
  const due = await database.$queryRaw<{ id: string }[]>`
    UPDATE events e SET attempts = 0, next_at = now() FROM events o
    WHERE o.id = ${id}::uuid AND o.delivery = 'pending'
      AND e.stream = o.stream AND e.seq <= o.seq AND e.delivery = 'pending' AND e.next_at > now() + interval '1 second'
    RETURNING e.id`;
  const found = await database.event.findUnique({ where: { id }, select: { delivery: true } });
  return { ids: due.map((row) => row.id), isPending: found?.delivery === 'pending' };
}
