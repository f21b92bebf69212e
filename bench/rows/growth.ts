import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { authorize } from '../../test/consent.js';
import { runChild } from '../child.js';
import { TOKEN } from '../mock.js';
import type { Line, Row } from '../row.js';
import { send, sendLater } from '../sending.js';
import { ROOT, type Stage } from '../stage.js';
import { median } from '../statistics.js';

/** Number of calls of each kind, one after the other. */
const CALLS = 40;

/** What the database contains: ended uploads, drafts, and open uploads. */
interface Held {
  ended: number;
  drafts: number;
  open: number;
}

type Times = Record<string, number>;

/**
 * How long calls take as the database fills. Their medians may grow no faster than the logarithm of
 * its size.
 */
export const growthRow: Row = {
  name: 'growth',
  long: true,
  title: 'Calls and cleaning up as uploads and drafts pile up',
  run: (stage, { quick }) =>
    stage.ending(async () => {
      const few = { ended: 1000, drafts: 100, open: 10 };
      const many = quick
        ? { ended: 100_000, drafts: 10_000, open: 100 }
        : { ended: 1_000_000, drafts: 100_000, open: 1000 };
      const mock = await stage.startMock();
      const env = await stage.serviceEnvironment(mock.url);
      const service = await stage.startService(env);
      const granted = await authorize(service.url);
      const status = await sendLater(service.url, (await mock.newDraft()).id, 1000);
      const calls = callsOf(service.url, status, granted.body);
      const database = new pg.Client({ connectionString: env['DATABASE_URL'] });
      await database.connect();
      const look = async (from: Held, to: Held): Promise<Times> => {
        await fill(database, from, to);
        return { ...(await measure(calls)), 'cleaning up': await cleaning(stage, env) };
      };
      try {
        // The time of the compiler must not be measured.
        await measure(calls);
        const before = await look({ ended: 0, drafts: 0, open: 0 }, few);
        const full = await look(few, { ...many, open: few.open });
        const middle = { ...many, open: between(few.open, many.open) };
        const some = await look({ ...many, open: few.open }, middle);
        const busy = await look(middle, many);
        return Object.keys(before).map((what) => lineOf(what, [before, full, some, busy], few, many));
      } finally {
        await database.end();
      }
    }),
};

/** A number of open uploads half way, on the scale of the logarithm. */
function between(few: number, many: number): number {
  return Math.round(Math.sqrt(few * many));
}

function lineOf(what: string, times: [Times, Times, Times, Times], few: Held, many: Held): Line {
  const [before = Number.NaN, full = Number.NaN, some = Number.NaN, busy = Number.NaN] = times.map(
    (one) => one[what],
  );
  const grown = (from: number, to: number) => Number((Math.log(to) / Math.log(from)).toFixed(2));
  return {
    what,
    figures: {
      [`p50 ms: ${few.ended} ended, ${few.open} open`]: { value: before, digits: 1 },
      [`${many.ended} ended, ${many.drafts} drafts`]: { value: full, digits: 1 },
      '× before': { value: full / before, target: { atMost: grown(few.ended, many.ended) } },
      [`and ${between(few.open, many.open)} open`]: { value: some, digits: 1 },
      [`and ${many.open} open`]: { value: busy, digits: 1 },
      '× fewer open': { value: busy / full, target: { atMost: grown(few.open, many.open) } },
    },
  };
}

/** The calls that callers wait for most often, by name. */
function callsOf(url: string, status: string, body: Record<string, unknown>) {
  const deposition = `${url}/depositions/${body['deposition_id']}`;
  const bearer = { authorization: `Bearer ${body['access_token']}` };
  const get =
    (from: string, headers = bearer) =>
    async () => {
      const answer = await fetch(from, { headers });
      await answer.text();
      if (!answer.ok) throw new Error(`${from} answers ${answer.status}`);
    };
  const put = async () => {
    await send({ method: 'PUT', url: `${deposition}/files/small.bin`, headers: bearer, body: [1000] });
  };
  return {
    'GET /uploads/{id}': get(status, { authorization: `Bearer ${TOKEN}` }),
    'GET /depositions/{id}/verify': get(`${deposition}/verify`),
    'GET /depositions': get(`${url}/depositions`),
    'GET /depositions/{id}/files': get(`${deposition}/files`),
    'PUT /depositions/{id}/files/{name}': put,
    'GET /readyz': get(`${url}/readyz`),
  };
}

async function measure(calls: Record<string, () => Promise<void>>): Promise<Times> {
  const found: Times = {};
  for (const [name, call] of Object.entries(calls)) {
    const times: number[] = [];
    for (let turn = 0; turn < CALLS; turn += 1) {
      const asked = performance.now();
      await call();
      times.push(performance.now() - asked);
    }
    found[name] = median(times);
  }
  return found;
}

async function cleaning(stage: Stage, env: Record<string, string>): Promise<number> {
  const log = join(stage.folder, `cleanup-${performance.now()}.log`);
  const program = [join(ROOT, 'scripts/launch.mjs'), join(ROOT, 'bench/cleanup.ts')];
  await runChild(process.execPath, program, { env, log });
  const said = await readFile(log, 'utf8');
  return median([...said.matchAll(/^took ([\d.]+)$/gm)].map(([, milliseconds]) => Number(milliseconds)));
}

/** Rows as the service leaves them: of a thousand owners, from the last hours. */
async function fill(database: pg.Client, from: Held, to: Held): Promise<void> {
  const uploads = (state: string, ended: boolean) => `
    INSERT INTO uploads (id, owner, deposition_id, state, volume, request_id, deadline_at, resumable, created_at, updated_at, finished_at)
    SELECT gen_random_uuid(), 'token:' || n % 1000, 1000000000 + n, '${state}', 'bench', 'bench-' || n, now() + interval '1 day', ${!ended},
      now() - n % 10000 * interval '1 second', now(), ${ended ? 'now()' : 'NULL'}
    FROM generate_series($1::int, $2::int) AS n`;
  await database.query(uploads('done', true), [from.ended + 1, to.ended]);
  await database.query(uploads('receiving', false), [from.open + 1, to.open]);
  await database.query(
    `INSERT INTO upload_files (id, upload_id, deposition_id, name, size, received, sent, md5, state, updated_at)
     SELECT gen_random_uuid(), id, deposition_id, 'data-' || request_id, 1000, 1000, 1000, md5(request_id), 'uploaded', now()
     FROM uploads WHERE volume = 'bench' AND NOT EXISTS (SELECT FROM upload_files f WHERE f.upload_id = uploads.id)`,
  );
  await database.query(
    `INSERT INTO upload_events (upload_id, kind, request_id)
     SELECT id, 'taken', request_id FROM uploads
     WHERE volume = 'bench' AND NOT EXISTS (SELECT FROM upload_events e WHERE e.upload_id = uploads.id)`,
  );
  await database.query(
    `INSERT INTO drafts (id, owner, container_id, deposition_id, created_at, updated_at)
     SELECT gen_random_uuid(), 'token:' || n % 1000, 'container-' || n, 2000000000 + n, now(), now()
     FROM generate_series($1::int, $2::int) AS n`,
    [from.drafts + 1, to.drafts],
  );
  await database.query('ANALYZE');
}
