import { parseArgs } from 'node:util';
import type { Database } from '../src/database/prisma.js';
import { NO_UPLOAD } from '../src/operator/actions.js';
import { readSearch, readTime, SEARCHED_STATES } from '../src/operator/search.js';
import { readStory, type Story } from '../src/operator/story.js';
import { failureGroups, listUploads } from '../src/operator/uploads.js';
import { isForPeople, moment, printPages, printRows } from './listing.js';
import { commandActions, operate } from './operator.js';

const USAGE = `usage: uploads list [TEXT] [options]      newest first; TEXT is a container, deposition, Zenodo user id,
                                          request id, upload id, or the beginning of a file name
       uploads failures [--since TIME]    whose uploads failed since then (1d), why, and since when they keep failing
       uploads show ID                    one upload: who works on it, its files, and what happened to it
       uploads retry ID                   one that waits is tried now, or one that failed and whose bytes are kept
       uploads cancel ID                  it ends wherever it runs; what has reached Zenodo stays there

  --container ID, --deposition ID, --user ID, --request ID, --file NAME    all that is given must hold
  --state STATE    ${SEARCHED_STATES.slice(0, 5).join(', ')},
                   ${SEARCHED_STATES.slice(5).join(', ')}
  --since TIME, --until TIME    when it began: 30m, 2h, 3d, 1w ago, 2030-01-31 or 2030-01-31T10:00 (UTC)
  --limit N        at most so many (50); 0 for all
  --json           one JSON object a line; also where standard output is no terminal

Exit code 0: done. 1: there is none, or nothing was done. 2: called wrongly.`;

const text = { type: 'string' } as const;

/** Lists uploads, tells the story of one, or ends or repeats it. */
await operate(USAGE, async (database) => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      container: text,
      deposition: text,
      user: text,
      request: text,
      file: text,
      state: text,
      since: text,
      until: text,
      limit: { type: 'string', default: '50' },
      json: { type: 'boolean' },
    },
  });
  const [command = '', word, ...rest] = positionals;
  const { limit, json, ...typed } = values;
  const people = isForPeople(json);
  const isList = command === 'list' && /^\d{1,9}$/.test(limit);
  const isSum = command === 'failures' && word === undefined;
  if (
    rest.length > 0 ||
    !(isList || isSum || (word !== undefined && /^(show|retry|cancel)$/.test(command)))
  ) {
    console.error(USAGE);
    return 2;
  }
  if (isList) {
    const { value, fault } = readSearch({ ...typed, text: word }, Date.now());
    if (fault === null) return list(database, value, Number(limit) || Number.POSITIVE_INFINITY, people);
    console.error(fault);
    return 2;
  }
  if (command === 'failures') {
    const since = readTime(values.since ?? '1d', Date.now());
    if (since !== null) return failures(database, since, people);
    console.error(`${values.since} is no time: write 2h, 3d, 2030-01-31 or 2030-01-31T10:00.`);
    return 2;
  }
  if (command === 'show') return show(database, word ?? '', people);
  const { actions, actor } = commandActions(database);
  const { done, said } = await actions[command === 'retry' ? 'retry' : 'cancel'](word ?? '', actor);
  process.stdout.write(people ? `${said}\n` : `${JSON.stringify({ upload_id: word, done, said })}\n`);
  return done ? 0 : 1;
});

async function list(
  database: Database,
  search: Parameters<typeof listUploads>[1],
  limit: number,
  people: boolean,
): Promise<number> {
  await printPages(
    'upload',
    limit,
    (page) => listUploads(database, search, page),
    {
      UPLOAD: ({ id }) => id,
      STATE: ({ state }) => state,
      CONTAINER: ({ container_id }) => container_id,
      DEPOSITION: ({ deposition_id }) => deposition_id,
      USER: ({ zenodo_user_id }) => zenodo_user_id,
      FILES: ({ files }) => files,
      BEGAN: ({ created_at }) => moment(created_at),
      CODE: ({ code }) => code,
    },
    people,
  );
  return 0;
}

async function failures(database: Database, since: Date, people: boolean): Promise<number> {
  const groups = await failureGroups(database, since);
  printRows(
    groups,
    {
      USER: ({ zenodo_user_id }) => zenodo_user_id ?? 'personal token',
      CODE: ({ code }) => code,
      UPLOADS: ({ count }) => count,
      'FAILING SINCE': ({ failing_since }) => moment(failing_since) ?? 'one was done since',
      'LAST FAILURE': ({ last }) => moment(last),
      'LAST DONE': ({ last_done }) => moment(last_done),
    },
    people,
  );
  console.error(groups.length === 0 ? 'no upload failed' : `${groups.length} users and codes`);
  return 0;
}

async function show(database: Database, id: string, people: boolean): Promise<number> {
  const story = await readStory(database, id);
  if (story === null) {
    console.error(NO_UPLOAD);
    return 1;
  }
  if (!people) process.stdout.write(`${JSON.stringify(story)}\n`);
  else tell(story);
  return 0;
}

function tell({ upload, files, events, replica, host, volume, volume_host, kept_until }: Story): void {
  const facts: [string, string | number | null][] = [
    ['upload', upload.id],
    ['state', upload.state],
    ['why', upload.code === null ? null : `${upload.code}: ${upload.detail}`],
    ['container', upload.container_id],
    ['deposition', upload.deposition_id],
    ['user', upload.zenodo_user_id ?? 'personal token'],
    ['request', upload.request_id],
    ['began', moment(upload.created_at)],
    ['ended', moment(upload.finished_at)],
    ['bytes kept', kept_until === null ? null : `until ${moment(kept_until)}: uploads retry ${upload.id}`],
    ['replica', replica === null ? null : `${replica}${host === null ? '' : ` on ${host}`}`],
    [
      'bytes on',
      upload.finished_at === null
        ? `volume ${volume}${volume_host === null ? '' : ` of ${volume_host}`}`
        : null,
    ],
  ];
  for (const [name, value] of facts)
    if (value !== null) process.stdout.write(`${name.padEnd(11)} ${value}\n`);
  process.stdout.write('\n');
  printRows(
    events,
    {
      WHEN: ({ at }) => moment(at),
      WHAT: ({ kind }) => kind,
      FILE: ({ file_name }) => file_name,
      ATTEMPT: ({ attempt }) => attempt,
      ZENODO: ({ zenodo_status }) => zenodo_status,
      WHY: ({ code, detail }) => [code, detail].filter((part) => part !== null).join(': ') || null,
    },
    true,
  );
  process.stdout.write('\n');
  printRows(
    files,
    {
      FILE: ({ name }) => name,
      STATE: ({ state }) => state,
      SIZE: ({ size }) => size,
      HERE: ({ received }) => received,
      SENT: ({ sent }) => sent,
      ATTEMPTS: ({ attempts }) => attempts,
      WHY: ({ code, detail }) => (code === null ? null : `${code}: ${detail}`),
    },
    true,
  );
}
