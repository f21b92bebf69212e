import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Test } from 'tap';
import { startReplica } from './replica.js';
import { startService, startSurroundings } from './service.js';

/** Opens the operator's page of the services of these tests. */
export const KEY = 'correct horse battery staple';

/** A service with an operator's port, and somebody who is logged in there. */
export interface Operated {
  /** Of the operator's port and of the service, without a last slash. */
  operatorUrl: string;
  url: string;
  databaseUrl: string;
  /** The environment of the service. */
  settings: Record<string, string>;
  sql: Sql;
  operator: Person;
}

/**
 * Starts a service with an operator's port in this process. Before each test of `t`, what is listed
 * is emptied.
 */
export async function startOperated(t: Test): Promise<Operated> {
  const { app, url, databaseUrl, env } = await startService(t, { env: SETTINGS });
  const operatorUrl = `http://127.0.0.1:${app.operatorAddress()?.port}`;
  return complete(t, { operatorUrl, url, databaseUrl, settings: env });
}

/** The same as a process of its own; `output` is what it has logged so far. */
export async function startOperatedProcess(
  t: Test,
  env: Record<string, string> = {},
): Promise<Operated & { output(): string }> {
  const options = { env: { LOG_LEVEL: 'info', ...SETTINGS, ...env } };
  const { databaseUrl, env: settings } = await startSurroundings(t, options);
  const { url, output } = await startReplica(t, settings);
  const operatorUrl = operatorUrlIn(output());
  return { ...(await complete(t, { operatorUrl, url, databaseUrl, settings })), output };
}

const SETTINGS = { OPERATOR_PORT: '0', OPERATOR_KEY: KEY };

/** Where a service says that its operator's port is. */
export function operatorUrlIn(output: string): string {
  return /operator’s port is (http:\/\/127\.0\.0\.1:\d+)/.exec(output)?.[1] ?? '';
}

async function complete(t: Test, started: Omit<Operated, 'sql' | 'operator'>): Promise<Operated> {
  const client = new pg.Client({ connectionString: started.databaseUrl });
  client.on('error', () => undefined);
  await client.connect();
  t.teardown(() => client.end().catch(() => undefined));
  const sql: Sql = async (text, values = []) => (await client.query(text, values)).rows;
  t.beforeEach(async () => {
    await sql('TRUNCATE uploads, connections, drafts, events, refused_uploads CASCADE');
  });
  const operator = person(started.operatorUrl);
  await operator.login();
  return { ...started, sql, operator };
}

type Person = ReturnType<typeof person>;

/** A person at the operator's page: keeps the cookie, follows no redirect. */
export function person(base: string) {
  let cookie = '';
  const ask = async (path: string, form?: Record<string, string>, headers: Record<string, string> = {}) => {
    const answer = await fetch(new URL(path, `${base}/`), {
      redirect: 'manual',
      headers: { ...(cookie === '' ? {} : { cookie }), ...headers },
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
    });
    const set = answer.headers.get('set-cookie');
    if (set !== null) cookie = set.split(';')[0] ?? '';
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      location: answer.headers.get('location'),
      set,
    };
  };
  return {
    ask,
    login: (key = KEY, headers = {}) => ask('login', { key }, headers),
    cookie: () => cookie,
    takeCookie: (other: string) => {
      cookie = other;
    },
  };
}

/** What every form of a page carries. */
export function formTokenIn(text: string): string {
  return /name="form" value="([0-9a-f]{64})"/.exec(text)?.[1] ?? '';
}

/** An upload as it stands in the table. */
interface Row {
  container?: string;
  deposition?: number;
  connection?: string | null;
  state?: string;
  request?: string;
  error?: { code: string; detail: string };
  file?: string;
  /** SQL: how long ago it began, and ended. */
  began?: string;
  ended?: string;
}

/** Asks the database. */
export type Sql = (text: string, values?: unknown[]) => Promise<Record<string, unknown>[]>;

/** Returns its id. */
export async function insertUpload(sql: Sql, row: Row): Promise<string> {
  const {
    container = null,
    deposition = 1,
    connection = null,
    state = 'done',
    request = 'r',
    error = null,
  } = row;
  const id = randomUUID();
  await sql(
    `INSERT INTO staging_volumes (id, seen_at) VALUES ('v', now() + interval '1 day') ON CONFLICT DO NOTHING`,
  );
  await sql(
    `INSERT INTO uploads (id, owner, connection_id, deposition_id, container_id, volume, request_id, state, error, deadline_at,
       created_at, updated_at, finished_at, next_at)
     VALUES ($1, 'connection:x', $2, $3, $4, 'v', $5, $6::upload_state, $7, now() + interval '1 day', now() - $8::interval, now(),
       CASE WHEN $6 IN ('done', 'failed', 'cancelled') THEN now() - $9::interval END, now() + interval '1 hour')`,
    [id, connection, deposition, container, request, state, error, row.began ?? '0 s', row.ended ?? '0 s'],
  );
  if (row.file !== undefined)
    await sql(
      `INSERT INTO upload_files (id, upload_id, deposition_id, name, size, updated_at) VALUES ($1, $2, $3, $4, 5, now())`,
      [randomUUID(), id, deposition, row.file],
    );
  return id;
}

/** Returns its id. */
export async function insertConnection(sql: Sql, user: string): Promise<string> {
  const id = randomUUID();
  await sql(
    `INSERT INTO connections (id, zenodo_origin, client_id, zenodo_user_id) VALUES ($1, 'http://127.0.0.1', 'c', $2)`,
    [id, user],
  );
  return id;
}

/** Ids of the uploads that a page links to, in their order. */
export function uploadsIn(text: string): string[] {
  return [...text.matchAll(/href="(?:\.{1,2}\/)*uploads\/([0-9a-f-]{36})"/g)].map(([, id]) => id ?? '');
}
