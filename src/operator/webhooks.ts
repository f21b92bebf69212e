// Raw SQL: each kind of search uses its own index, with keyset pagination.
import { EventDelivery, Prisma } from '../database/generated/client.js';
import type { Database } from '../database/prisma.js';
import type { Replica } from '../replicas.js';
import { isDepositionId } from './search.js';
import { type ListPage, withIdFrom } from './uploads.js';
import { number } from './words.js';

/** Outcomes of a delivery. */
export const DELIVERIES = Object.values(EventDelivery);

/** A webhook without its content. */
export interface WebhookLine {
  id: string;
  seq: string;
  at: Date;
  type: string;
  delivery: string;
  attempts: number;
  next_at: Date;
  /** A process is sending it now. */
  sending: boolean;
  /** The webhook of the same deposition or connection that must be delivered first. */
  waits_for: string | null;
  last_status: number | null;
  last_error: string | null;
  delivered_at: Date | null;
  deposition_id: number | null;
  container_id: string | null;
  zenodo_user_id: string | null;
  upload_id: string | null;
  request_id: string | null;
}

/** Most undelivered webhooks that are counted. */
const MAX_COUNT = 1000;

/** How many webhooks a search for undelivered ones finds, up to 1,000. */
export async function countUndelivered(database: Database): Promise<number> {
  const [found] = await database.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM (
      (SELECT FROM events e WHERE e.delivery = 'undelivered' LIMIT ${MAX_COUNT}::int) UNION ALL
      (SELECT FROM events e WHERE ${RETRIED} LIMIT ${MAX_COUNT}::int)
      LIMIT ${MAX_COUNT}::int) e`;
  return found?.count ?? 0;
}

/** Such a count in words. */
export function undeliveredInWords(count: number): string {
  return count < MAX_COUNT ? String(count) : `${number(MAX_COUNT)} or more`;
}

/** Webhooks that failed and will be retried. */
const RETRIED = Prisma.sql`e.delivery = 'pending' AND e.last_error IS NOT NULL`;

/**
 * Why no webhook is sent at the moment, in a sentence; null if one of the living replicas sends
 * them.
 */
export function whyNoneIsSent(living: readonly Replica[]): string | null {
  if (living.length === 0) return 'No webhook is sent: no replica is running.';
  const off = living.every(({ sendsWebhooks }) => sendsWebhooks === false);
  return off ? 'No webhook is sent: WEBHOOK_URL is not set.' : null;
}

/**
 * Webhooks, newest first; `text` is a container, deposition, Zenodo user id, request id, upload, or
 * the webhook's own id. Without `delivery` those that are told to no application are left out.
 */
export async function listWebhooks(
  database: Database,
  { text, delivery }: { text?: string | undefined; delivery?: EventDelivery | undefined },
  { size = 50, after = null }: { size?: number; after?: string | null } = {},
): Promise<ListPage<WebhookLine>> {
  const filters = [withDelivery(delivery)];
  if (after !== null && /^\d{1,18}$/.test(after)) filters.push(Prisma.sql`e.seq < ${after}::bigint`);
  const order = Prisma.sql`ORDER BY e.seq DESC LIMIT ${size + 1}::int`;
  const branches = waysTo(text).map(
    (way) =>
      Prisma.sql`(SELECT e.seq FROM events e WHERE ${way} AND ${Prisma.join(filters, ' AND ')} ${order})`,
  );
  const rows = await database.$queryRaw<WebhookLine[]>`
    SELECT e.id, e.seq::text AS seq, e.at, e.type, e.delivery::text AS delivery, e.attempts, e.next_at, e.last_status, e.last_error,
      e.delivered_at, e.deposition_id::float8 AS deposition_id, e.container_id, e.zenodo_user_id, e.upload_id, e.request_id,
      coalesce(e.delivery = 'pending' AND e.lease_until > now(), false) AS sending, w.id AS waits_for
    FROM (SELECT e.seq FROM (${Prisma.join(branches, ' UNION ')}) e ${order}) p JOIN events e ON e.seq = p.seq
    LEFT JOIN LATERAL (SELECT o.id FROM events o
      WHERE e.delivery = 'pending' AND o.delivery = 'pending' AND o.stream = e.stream AND o.seq < e.seq
      ORDER BY o.seq LIMIT 1) w ON true
    ORDER BY e.seq DESC`;
  const shown = rows.slice(0, size);
  return { rows: shown, next: rows.length > size ? (shown.at(-1)?.seq ?? null) : null };
}

/** A search for undelivered webhooks includes those that failed and will be retried. */
function withDelivery(delivery: EventDelivery | undefined): Prisma.Sql {
  if (delivery === undefined) return Prisma.sql`e.delivery <> 'off'`;
  const is = Prisma.sql`e.delivery = ${delivery}::event_delivery`;
  if (delivery !== 'undelivered') return is;
  return Prisma.sql`(${is} OR (${RETRIED}))`;
}

function waysTo(text: string | undefined): Prisma.Sql[] {
  if (text === undefined) return [Prisma.sql`true`];
  return [
    Prisma.sql`e.container_id = ${text}`,
    Prisma.sql`e.zenodo_user_id = ${text}`,
    Prisma.sql`e.request_id = ${text}`,
    ...(isDepositionId(text) ? [Prisma.sql`e.deposition_id = ${text}::bigint`] : []),
    ...withIdFrom(Prisma.sql`e.upload_id`, text),
    ...withIdFrom(Prisma.sql`e.id`, text),
  ];
}
