// Raw SQL: sums and counts are computed inside the database, by its clock.
import type { FastifyInstance } from 'fastify';
import { Prisma } from '../database/generated/client.js';
import type { Database } from '../database/prisma.js';
import { daysBefore } from '../lifetimes.js';
import { createReplicas, type Replica } from '../replicas.js';
import { createStagingVolumes, VOLUME_SILENCE } from '../uploads/rows/staging-volumes.js';
import { countUndelivered } from './webhooks.js';
import { bytes, inWords, speed } from './words.js';

/** The files `f` whose speed is known. It is 0 at first; after ten seconds, one stands still. */
const RATED = Prisma.sql`f.state = 'transferring'
  AND (f.rate > 0 OR f.sent > 0 OR f.updated_at < now() - interval '10 seconds')`;

/** Running uploads that are shown. */
const MAX_RUNNING = 20;

/** Uploads that ended in one hour. `hour`: how many hours ago. */
export interface Hour {
  hour: number;
  done: number;
  failed: number;
}

export interface RunningUpload {
  id: string;
  state: string;
  container_id: string | null;
  deposition_id: number;
  zenodo_user_id: string | null;
  created_at: Date;
  files: number;
  size: number;
  received: number;
  sent: number;
  /** Bytes a second to Zenodo; null while it is not known. */
  rate: number | null;
  /** When the first of its files that wait is tried again; null if none waits. */
  next_at: Date | null;
}

/** The database's part of the overview. */
export interface Overview {
  open: { state: string; count: number; oldest: Date }[];
  running: RunningUpload[];
  /** Bytes a second to Zenodo, of all uploads; null while it is not known of any that run. */
  rate: number | null;
  /** The last day, latest hour first. */
  hours: Hour[];
  /** Bytes sent to Zenodo in the last hour. */
  bytesOfHour: number;
  replicas: Replica[];
  /** Volumes that a running process reaches. */
  staging: StagingVolume[];
  /** Webhooks that failed and will be retried, or were given up; counted up to 1,000. */
  undelivered: number;
}

/** A staging volume. Bytes. */
export interface StagingVolume {
  id: string;
  /** The machine that last reached it. */
  host: string | null;
  seen_at: Date;
  /** Null until a process of this release has reached it. */
  total: number | null;
  free: number | null;
  /** STAGING_MIN_FREE: bytes that must stay free. */
  min_free: number | null;
  /** Bytes of unfinished uploads. */
  taken: number;
  /** Bytes that are reserved. */
  reserved: number;
  /** Bytes of failed uploads that can be retried. */
  kept: number;
}

/** What is running, in all replicas. */
export async function readOverview(database: Database, now: number): Promise<Overview> {
  const since = daysBefore(now, 1);
  const [open, running, [moving], hours, [sum], replicas, staging, undelivered] = await Promise.all([
    database.$queryRaw<Overview['open']>`
      SELECT state::text AS state, count(*)::int AS count, min(created_at) AS oldest
      FROM uploads WHERE finished_at IS NULL GROUP BY state ORDER BY state`,
    database.$queryRaw<RunningUpload[]>`
      SELECT u.id, u.state::text AS state, u.container_id, u.deposition_id::float8 AS deposition_id, c.zenodo_user_id, u.created_at, f.*
      FROM (SELECT * FROM uploads WHERE state IN ('receiving', 'transferring') AND finished_at IS NULL
        ORDER BY created_at DESC LIMIT ${MAX_RUNNING}::int) u
      LEFT JOIN connections c ON c.id = u.connection_id
      CROSS JOIN LATERAL (
        SELECT count(*)::int AS files, coalesce(sum(size), 0)::float8 AS size,
          coalesce(sum(received), 0)::float8 AS received,
          coalesce(sum(CASE state WHEN 'unchanged' THEN size ELSE sent END), 0)::float8 AS sent,
          sum(f.rate) FILTER (WHERE ${RATED})::float8 AS rate,
          min(next_at) FILTER (WHERE state NOT IN ('uploaded', 'unchanged', 'failed')) AS next_at
        FROM upload_files f WHERE upload_id = u.id) f
      ORDER BY u.created_at DESC`,
    database.$queryRaw<{ rate: number | null }[]>`
      SELECT sum(f.rate)::float8 AS rate FROM uploads u JOIN upload_files f ON f.upload_id = u.id
      WHERE u.state IN ('receiving', 'transferring') AND u.finished_at IS NULL AND ${RATED}`,
    database.$queryRaw<Hour[]>`
      SELECT floor(date_part('epoch', now() - finished_at) / 3600)::int AS hour,
        (count(*) FILTER (WHERE state = 'done'))::int AS done, (count(*) FILTER (WHERE state = 'failed'))::int AS failed
      FROM uploads WHERE finished_at > ${since} GROUP BY 1 ORDER BY 1`,
    database.$queryRaw<{ bytes: number }[]>`
      SELECT coalesce(sum(f.size), 0)::float8 AS bytes FROM uploads u JOIN upload_files f ON f.upload_id = u.id
      WHERE u.finished_at > ${daysBefore(now, 1 / 24)} AND f.state = 'uploaded'`,
    createReplicas(database).living(),
    readStaging(database),
    countUndelivered(database),
  ]);
  const rate = running.length === 0 ? 0 : (moving?.rate ?? null);
  return { open, running, rate, hours, bytesOfHour: sum?.bytes ?? 0, replicas, staging, undelivered };
}

/** How fast an upload that runs gets on, or what it waits for. */
export function paceOf({ state, received, rate, next_at }: RunningUpload, now: number): string {
  if (rate !== null) return speed(rate);
  if (next_at !== null && next_at.getTime() > now)
    return `next attempt in ${inWords((next_at.getTime() - now) / 1000)}`;
  return state === 'receiving' ? `${bytes(received)} received` : speed(rate);
}

async function readStaging(database: Database): Promise<StagingVolume[]> {
  const staging = createStagingVolumes(database);
  const volumes = await database.$queryRaw<Omit<StagingVolume, 'taken' | 'reserved' | 'kept'>[]>`
    SELECT id, host, seen_at, total_bytes::float8 AS total, free_bytes::float8 AS free, min_free_bytes::float8 AS min_free
    FROM staging_volumes WHERE seen_at > now() - ${VOLUME_SILENCE} * interval '1 second' ORDER BY id`;
  return Promise.all(volumes.map(async (one) => ({ ...one, ...(await staging.held(one.id)) })));
}

/** When Zenodo last answered one of these processes with 429; null if never. */
export function lastRefusal(replicas: readonly Replica[]): Date | null {
  const [last] = replicas
    .flatMap(({ zenodoRefusedAt }) => zenodoRefusedAt ?? [])
    .toSorted((a, b) => b.getTime() - a.getTime());
  return last ?? null;
}

/** What this process knows without the database. */
export async function readProcess(app: FastifyInstance) {
  const { uploads, zenodo, statements } = app;
  const space = await uploads.space(app.timings.readiness).catch(() => null);
  const limit = zenodo.rateLimit();
  return {
    transfers: uploads.transfers(),
    draining: uploads.isDraining(),
    space,
    /** Calls per minute; null until Zenodo says. */
    zenodoLimit: Number.isFinite(limit) ? limit : null,
    /** Milliseconds until this process calls Zenodo again; null if Zenodo accepts calls. */
    heldFor: zenodo.heldFor(),
    database: statements.load(),
  };
}
