import type pg from 'pg';

/** A connection of the fifty thousand, by a number. */
const CONNECTION = (number: string) =>
  `('00000000-0000-4000-8000-' || lpad(to_hex(1 + (${number})::bigint * 7919 % 50000), 12, '0'))::uuid`;

/**
 * Fills a database as it is in use: uploads of 30 days with three events each, drafts of 900 days,
 * connections, access tokens and webhooks. Of 50 uploads one has failed, of 90 depositions one has
 * files whose names begin alike.
 */
export async function fillAsInUse(database: pg.Client, uploads: number): Promise<void> {
  const drafts = Math.round(uploads * 0.3);
  const ask = (text: string) => database.query(text);
  // Triggers and foreign keys would take most of the time.
  await ask('SET session_replication_role = replica');
  await ask(`
    INSERT INTO connections (id, zenodo_origin, client_id, zenodo_user_id, state, created_at, last_used_at)
    SELECT ${CONNECTION('n')}, 'http://127.0.0.1', 'bench', (100000 + n)::text,
      (CASE WHEN n % 200 = 0 THEN 'reauthorization_required' ELSE 'active' END)::connection_state,
      now() - random() * interval '300 days', now() - random() * interval '30 days'
    FROM generate_series(1, 50000) n`);
  await ask(`
    INSERT INTO access_tokens (hash, connection_id, container_id, callback_url, expires_at, spent_at)
    SELECT md5(n::text), ${CONNECTION('n')}, 'container-' || n, 'http://127.0.0.1/', now() + interval '20 days',
      CASE WHEN n % 100 = 0 THEN now() - random() * interval '170 days' END
    FROM generate_series(1, 200000) n`);
  await ask(`
    INSERT INTO staging_volumes (id, seen_at, host, total_bytes, free_bytes, min_free_bytes)
    VALUES ('v1', now() + interval '1 day', 'one', 1e12, 5e11, 1e10), ('v2', now() + interval '1 day', 'two', 1e12, 5e11, 1e10)`);
  await ask(`
    INSERT INTO uploads (id, owner, connection_id, deposition_id, container_id, volume, request_id, state, error,
      deadline_at, created_at, updated_at, finished_at, next_at)
    SELECT gen_random_uuid(), 'connection:' || c, c, 10000000 + n % ${drafts}, 'container-' || n % ${drafts},
      'v' || 1 + n % 2, 'req-' || n, state,
      CASE WHEN state = 'failed' THEN jsonb_build_object('code', (ARRAY['zenodo_error', 'transfer_failed', 'quota_exceeded'])[1 + n % 3],
        'detail', 'Zenodo failed. Try again later.') END,
      at + interval '1 day', at, at + interval '5 minutes',
      CASE WHEN state IN ('done', 'failed', 'cancelled') THEN at + (10 + random() * 600) * interval '1 second' END, at
    FROM (
      SELECT n, ${CONNECTION('n')} AS c, now() - n::float8 / ${uploads} * interval '30 days' AS at,
        (CASE WHEN n <= 40 THEN 'transferring' WHEN n <= 300 THEN 'queued' WHEN n % 20000 = 0 THEN 'waiting_for_authorization'
          WHEN n % 50 = 0 THEN 'failed' WHEN n % 97 = 0 THEN 'cancelled' ELSE 'done' END)::upload_state AS state
      FROM generate_series(1, ${uploads}) n) x`);
  await ask(`
    INSERT INTO upload_files (id, upload_id, deposition_id, name, size, received, sent, state, updated_at, rate, md5, attempts)
    SELECT gen_random_uuid(), u.id, u.deposition_id,
      CASE WHEN k = 2 THEN 'manifest.rdmc' WHEN u.deposition_id % 90 = 0 THEN 'measurements-' || u.request_id || '.csv'
        ELSE 'data-' || u.request_id || '.csv' END,
      1000000, 1000000, CASE WHEN u.state = 'done' THEN 1000000 ELSE 0 END,
      (CASE u.state WHEN 'done' THEN 'uploaded' WHEN 'transferring' THEN 'transferring' WHEN 'failed' THEN 'failed'
        ELSE 'staged' END)::upload_file_state,
      u.updated_at, CASE WHEN u.state = 'transferring' THEN 50000 ELSE 0 END, md5(u.id::text || k), 1
    FROM uploads u, generate_series(1, 2) k WHERE k = 1 OR u.deposition_id % 2 = 0`);
  await ask(`
    INSERT INTO upload_events (upload_id, at, kind, request_id, replica)
    SELECT u.id, u.created_at + k * interval '3 seconds',
      (CASE k WHEN 1 THEN 'taken' WHEN 2 THEN 'received' ELSE
        (CASE u.state WHEN 'failed' THEN 'failed' WHEN 'cancelled' THEN 'cancelled' ELSE 'done' END) END)::upload_event_kind,
      u.request_id, 'replica'
    FROM uploads u, generate_series(1, 3) k`);
  await ask(`
    INSERT INTO drafts (id, owner, connection_id, container_id, deposition_id, created_at, updated_at, published_at,
      deleted_at, deleted_by, deletion_request_id)
    SELECT gen_random_uuid(), 'connection:' || c, c, 'container-' || n, 10000000 + n, at, at,
      CASE WHEN n % 3 = 0 THEN at END, CASE WHEN n % 30 = 1 THEN at END,
      CASE WHEN n % 30 = 1 THEN 'application'::draft_deletion END, CASE WHEN n % 30 = 1 THEN 'del-' || n END
    FROM (SELECT n, ${CONNECTION('n')} AS c, now() - n::float8 / ${drafts} * interval '900 days' AS at
      FROM generate_series(0, ${drafts - 1}) n) x`);
  await ask(`
    INSERT INTO events (type, owner, stream, connection_id, zenodo_user_id, deposition_id, container_id, upload_id,
      request_id, data, delivery, at, attempts, last_status)
    SELECT 'upload.' || u.state, u.owner, 'deposition:' || u.deposition_id, c.id, c.zenodo_user_id, u.deposition_id,
      u.container_id, u.id, u.request_id, '{}',
      (CASE WHEN u.deposition_id % 1000 = 7 THEN 'undelivered' ELSE 'delivered' END)::event_delivery, u.finished_at, 1, 200
    FROM uploads u JOIN connections c ON c.id = u.connection_id WHERE u.state IN ('done', 'failed') ORDER BY u.finished_at`);
  await ask(`
    INSERT INTO refused_uploads (id, at, status, code, detail, deposition_id, container_id, connection_id, replica, request_id)
    SELECT gen_random_uuid(), now() - n * interval '2 minutes', 400, 'empty_file', 'a.csv is empty.', 10000000 + n,
      'container-' || n, ${CONNECTION('n')}, 'replica', 'refused-' || n
    FROM generate_series(1, 20000) n`);
  await ask('SET session_replication_role = origin');
  await ask('VACUUM ANALYZE');
}
