// Raw SQL: claims and waits use the clock of the database, in one statement each.
import type { FastifyBaseLogger } from 'fastify';
import { EnvHttpProxyAgent, request } from 'undici';
import type { Event } from '../database/generated/client.js';
import type { Database } from '../database/prisma.js';
import { subjectOfRow, underSubject } from '../log-subject.js';
import type { Metrics } from '../metrics.js';
import { every } from '../periodic.js';
import { backOff, withDeadline } from '../time.js';
import { VERSION } from '../version.js';
import type { Events } from './events.js';
import { sign } from './signature.js';

/**
 * How often to look for events of other processes, in milliseconds, and how many deliveries one
 * process makes at once.
 */
const POLL = 1000;
const AT_ONCE = 8;

/** How long a process may hold an event, in seconds: longer than a delivery may take. */
const LEASE = 30;

/** Seconds until the next attempt. */
const WAITS = { first: 5, most: 3600 };

/** Where and how to deliver. */
interface WebhookTarget {
  url: string;
  keys: readonly Buffer[];
  /** Milliseconds for one delivery. */
  timeout: number;
}

/** The outcome of a delivery. Null for what is unknown. */
interface DeliveryOutcome {
  status: number | null;
  error: string | null;
  /** The system's code for why the application could not be reached, such as ECONNREFUSED. */
  cause: string | null;
}

/**
 * Delivers events to the application, at least once. Events of one deposition are delivered in
 * order, whichever process recorded them. The process that claims an event holds it for the time of
 * a delivery; the claim of a dead process expires.
 */
export function startWebhooks(
  parts: {
    database: Database;
    events: Events;
    holder: string;
    metrics: Pick<Metrics, 'deliveries'>;
    log: FastifyBaseLogger;
  },
  target: WebhookTarget,
) {
  const { database, events, holder, metrics, log } = parts;
  const closing = new AbortController();
  const dispatcher = new EnvHttpProxyAgent({ connect: { timeout: target.timeout } });
  const running = new Set<Promise<void>>();

  const claim = async (): Promise<Event | null> => {
    const [claimed] = await database.$queryRaw<{ id: string }[]>`
      UPDATE events SET lease_by = ${holder}, lease_until = now() + ${LEASE} * interval '1 second', attempts = attempts + 1
      WHERE id = (
        SELECT e.id FROM events e
        WHERE e.delivery = 'pending' AND e.next_at <= now() AND (e.lease_until IS NULL OR e.lease_until < now())
          AND NOT EXISTS (SELECT FROM events o WHERE o.delivery = 'pending' AND o.stream = e.stream AND o.seq < e.seq)
        ORDER BY e.next_at, e.seq LIMIT 1 FOR UPDATE SKIP LOCKED
      ) RETURNING id`;
    return claimed === undefined ? null : database.event.findUnique({ where: { id: claimed.id } });
  };

  /** Every line of the log about a delivery names what its event is about. */
  const deliver = (event: Event): Promise<void> =>
    underSubject(subjectOfRow(event), () =>
      attempt(event).catch((err: unknown) =>
        log.error({ err, event_id: event.id }, 'a webhook could not be read, or its outcome not recorded'),
      ),
    );

  const attempt = async (event: Event): Promise<void> => {
    const ids = { event_id: event.id, type: event.type, attempt: event.attempts };
    // A database that does not respond says nothing about the receiver.
    const body = JSON.stringify(await events.bodyOf(event));
    const outcome = await post(event, body).catch(
      (error: unknown): DeliveryOutcome => ({ status: null, ...faultOf(error) }),
    );
    if (closing.signal.aborted && outcome.error !== null) return giveBack(event);
    const delivered = outcome.error === null;
    metrics.deliveries.inc({ outcome: delivered ? 'delivered' : (outcome.error ?? '') });
    const said = outcome.cause === null ? outcome.error : `${outcome.error}: ${outcome.cause}`;
    const wait = backOff(event.attempts, WAITS) * (0.9 + Math.random() / 10);
    const [kept] = await database.$queryRaw<{ delivery: string }[]>`
      UPDATE events SET lease_by = NULL, lease_until = NULL, last_status = ${outcome.status}::int, last_error = ${said}::text,
        delivered_at = CASE WHEN ${delivered} THEN now() ELSE delivered_at END,
        next_at = now() + ${wait}::float8 * interval '1 second',
        delivery = (CASE WHEN ${delivered} THEN 'delivered' WHEN now() + ${wait}::float8 * interval '1 second' > deadline_at THEN 'undelivered' ELSE 'pending' END)::event_delivery
      WHERE id = ${event.id}::uuid AND lease_by = ${holder} AND attempts = ${event.attempts} RETURNING delivery`;
    if (delivered) log.info(ids, 'a webhook was delivered');
    else if (kept?.delivery === 'undelivered') {
      metrics.deliveries.inc({ outcome: 'given_up' });
      log.error({ ...ids, ...outcome }, 'a webhook was given up');
    } else log.warn({ ...ids, ...outcome, wait: Math.round(wait) }, 'a webhook was not delivered');
  };

  /**
   * Releases an event when the process ends during its delivery, so that another one need not wait
   * for the lease.
   */
  const giveBack = async ({ id, attempts }: Event): Promise<void> => {
    await database.event.updateMany({
      where: { id, leaseBy: holder, attempts },
      data: { leaseBy: null, leaseUntil: null },
    });
  };

  /**
   * Makes one delivery. Only the status of the response is read, and the connection is not used
   * again.
   */
  const post = async (event: Event, body: string): Promise<DeliveryOutcome> => {
    const seconds = Math.floor(Date.now() / 1000);
    const status = await withDeadline(target.timeout, closing.signal, async (signal) => {
      const answer = await request(target.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': `zenodo-service/${VERSION}`,
          'webhook-id': event.id,
          'webhook-timestamp': String(seconds),
          'webhook-signature': sign(target.keys, event.id, seconds, body),
        },
        body,
        reset: true,
        dispatcher,
        signal,
      });
      answer.body.on('error', () => undefined).destroy();
      return answer.statusCode;
    });
    return { status, error: status >= 200 && status <= 299 ? null : 'refused', cause: null };
  };

  const look = async () => {
    while (!closing.signal.aborted && running.size < AT_ONCE) {
      const event = await claim();
      if (event === null) return;
      const delivery = deliver(event).finally(() => {
        running.delete(delivery);
        void looks.run();
      });
      running.add(delivery);
    }
  };
  const looks = every(log, POLL, 'looking for webhooks to deliver', look);

  return {
    async close(): Promise<void> {
      closing.abort();
      await looks.stop();
      await Promise.all(running);
      await dispatcher.destroy();
    },
  };
}

/** What went wrong, in a word, and its cause. Never the URL, which may contain a secret. */
function faultOf(error: unknown): { error: string; cause: string | null } {
  if (error instanceof Error && error.name === 'TimeoutError') return { error: 'timeout', cause: null };
  const code = (error as { code?: unknown } | null)?.code;
  return { error: 'unreachable', cause: typeof code === 'string' ? code : null };
}
