import { parseArgs } from 'node:util';
import { lastRefusal, type Overview, paceOf, readOverview, type StagingVolume } from '../src/operator/now.js';
import { undeliveredInWords, whyNoneIsSent } from '../src/operator/webhooks.js';
import { bytes, number, speed } from '../src/operator/words.js';
import { isForPeople, momentOf, printRows } from './listing.js';
import { EXIT_CODES, operate } from './operator.js';

const USAGE = `usage: now [--json]

Shows running uploads and their speed, webhooks that were not delivered, Zenodo's rate limit, how full the staging
volumes are, and the replicas with their versions and keys.

  --json   one JSON object; the default if standard output is not a terminal

${EXIT_CODES}`;

/** Prints what is running now. */
await operate(USAGE, async (database) => {
  const { values } = parseArgs({ options: { json: { type: 'boolean' } } });
  const overview = await readOverview(database, Date.now());
  if (isForPeople(values.json)) tell(overview);
  else process.stdout.write(`${JSON.stringify(summary(overview))}\n`);
  return 0;
});

/** What a program is told: names as everywhere else. */
function summary({ open, running, rate, hours, bytesOfHour, replicas, staging, undelivered }: Overview) {
  return {
    uploads: open,
    running,
    bytes_a_second: rate,
    bytes_last_hour: bytesOfHour,
    done_last_day: hours.reduce((sum, { done }) => sum + done, 0),
    failed_last_day: hours.reduce((sum, { failed }) => sum + failed, 0),
    zenodo_holds_back: replicas.some(({ holdsBack }) => holdsBack),
    zenodo_refused_at: lastRefusal(replicas),
    webhooks_undelivered: undelivered,
    staging,
    replicas: replicas.map((one) => ({
      id: one.id,
      version: one.version,
      host: one.host,
      key_ids: one.keyIds,
      started_at: one.startedAt,
      seen_at: one.seenAt,
      zenodo_limit: one.zenodoLimit,
      zenodo_refused_at: one.zenodoRefusedAt,
      holds_back: one.holdsBack,
      sends_webhooks: one.sendsWebhooks,
    })),
  };
}

function tell(overview: Overview): void {
  const { uploads, running, bytes_a_second: rate, bytes_last_hour: hour, ...rest } = summary(overview);
  const held = overview.replicas.filter(({ holdsBack }) => holdsBack).length;
  const limit = Math.max(...overview.replicas.map(({ zenodoLimit }) => zenodoLimit ?? 0), 0);
  const refused = momentOf(rest.zenodo_refused_at);
  const states = uploads.map(({ state, count }) => `${number(count)} ${state}`);
  const facts = {
    uploads: states.join(', ') || 'none running',
    speed: `${running.length === 0 ? 'nothing is sent' : speed(rate)}; ${bytes(hour)} sent in the last hour`,
    'last day': `${number(rest.done_last_day)} done, ${number(rest.failed_last_day)} failed`,
    webhooks:
      whyNoneIsSent(overview.replicas) ??
      (overview.undelivered === 0
        ? 'none failed'
        : `${undeliveredInWords(overview.undelivered)} NOT DELIVERED: webhooks list --state undelivered`),
    Zenodo: [
      held > 0
        ? `RATE LIMIT REACHED: ${held} of ${overview.replicas.length} replicas pause, for at most two minutes at a time`
        : 'accepts calls',
      limit > 0 ? `limit ${number(limit)} calls per minute` : 'limit not known yet',
      refused === null ? 'refused no call' : `last refused a call at ${refused}`,
    ].join('; '),
  };
  for (const [name, fact] of Object.entries(facts)) process.stdout.write(`${name.padEnd(9)} ${fact}\n`);
  for (const volume of overview.staging) process.stdout.write(`${'staging'.padEnd(9)} ${spaceOf(volume)}\n`);
  process.stdout.write('\n');
  printRows(
    overview.replicas,
    {
      REPLICA: ({ id }) => id,
      VERSION: ({ version }) => version,
      MACHINE: ({ host }) => host,
      KEYS: ({ keyIds }) => keyIds.join(','),
      ZENODO: ({ holdsBack }) => (holdsBack ? 'pauses calls' : 'calls'),
      STARTED: ({ startedAt }) => momentOf(startedAt),
      'LAST SEEN': ({ seenAt }) => momentOf(seenAt),
    },
    true,
  );
  if (overview.running.length > 0) process.stdout.write('\n');
  printRows(
    overview.running,
    {
      UPLOAD: ({ id }) => id,
      STATE: ({ state }) => state,
      CONTAINER: ({ container_id }) => container_id,
      DEPOSITION: ({ deposition_id }) => deposition_id,
      USER: ({ zenodo_user_id }) => zenodo_user_id,
      SENT: ({ sent, size }) => `${bytes(sent)} of ${bytes(size)}`,
      SPEED: (upload) => paceOf(upload, Date.now()),
      STARTED: ({ created_at }) => momentOf(created_at),
    },
    true,
  );
}

/** How full a volume is, and with what. */
function spaceOf({ id, host, total, free, min_free, taken, kept, reserved }: StagingVolume): string {
  const said = (count: number | null) => (count === null ? 'not known' : bytes(count));
  return [
    `${said(free)} of ${said(total)} free, ${said(min_free)} are kept free`,
    `${bytes(taken)} used, ${bytes(kept)} kept, ${bytes(reserved)} reserved`,
    `volume ${id.slice(0, 8)}${host === null ? '' : ` of ${host}`}`,
  ].join('; ');
}
