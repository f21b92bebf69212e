// Raw SQL: calls the one database function that writes events, see the migration.
import type { Database } from '../database/prisma.js';
import { currentRequestId } from '../log-subject.js';

/** Events that the application receives. */
export const EVENT_TYPES = [
  'upload.done',
  'upload.failed',
  'upload.waiting_for_authorization',
  'deposition.published',
  'connection.lapsed',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** Events that only the operator sees. */
type InternalType = 'deposition.deleted' | 'connection.disconnected';

/** What happened to a deposition or connection. A trigger records events of uploads. */
interface NewEvent {
  type: 'deposition.published' | 'connection.lapsed' | InternalType;
  owner: string;
  connectionId: string | null;
  depositionId?: number;
  containerId?: string | null;
  data: object;
}

/** Records an event in the transaction of the change that it reports. */
export async function recordEvent(tx: Pick<Database, '$executeRaw'>, news: NewEvent): Promise<void> {
  const { type, owner, connectionId, depositionId = null, containerId = null, data } = news;
  const told = EVENT_TYPES.some((one) => one === type);
  await tx.$executeRaw`
    SELECT tell_event(${type}, ${told}, ${owner}, ${connectionId}::uuid, ${depositionId}::bigint, ${containerId}::text, NULL,
      ${currentRequestId() ?? null}::text, ${JSON.stringify(data)}::jsonb, true)`;
}
