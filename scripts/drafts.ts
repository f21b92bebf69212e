import { parseArgs } from 'node:util';
import type { Config } from '../src/config.js';
import type { Database } from '../src/database/prisma.js';
import { underSubject } from '../src/log-subject.js';
import { DRAFT_STATES, type DraftLine, listDrafts, whoDeleted } from '../src/operator/drafts.js';
import { plural } from '../src/operator/layout.js';
import { readSearch, readTime } from '../src/operator/search.js';
import { isForPeople, moment, printRows, sayCount } from './listing.js';
import { commandActions, EXIT_CODES, operate } from './operator.js';

const USAGE = `usage: drafts list  [--older-than 30d]
       drafts prune --older-than 30d [--yes]
       drafts find  [TEXT] [--state STATE]

list    lists unpublished drafts of this service, after reading them at Zenodo
prune   lists which of them it would delete; with --yes it deletes them
find    finds drafts in the database, including published and deleted ones, without calling Zenodo. TEXT is a
        deposition id, container id or Zenodo user id

  --older-than AGE  age of the drafts, such as 12h, 30d or 4w
  --state STATE     ${DRAFT_STATES.join(', ')} (default with TEXT: all)
  --limit N         largest number of rows (default: 50)
  --json            one JSON object per line; the default if standard output is not a terminal

${EXIT_CODES}`;

/** Finds, lists or removes drafts. */
await operate(USAGE, async (database, config) => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      'older-than': { type: 'string' },
      yes: { type: 'boolean' },
      state: { type: 'string' },
      limit: { type: 'string', default: '50' },
      json: { type: 'boolean' },
    },
  });
  const [command, word, ...rest] = positionals;
  const people = isForPeople(values.json);
  if (command === 'find' && rest.length === 0 && /^\d{1,5}$/.test(values.limit))
    return find(database, { text: word, state: values.state }, Number(values.limit) || 50, people);
  const age = values['older-than'] ?? (command === 'list' ? '0h' : '');
  const olderThan = /^\d+[hdw]$/.test(age) ? readTime(age, Date.now()) : null;
  if (word !== undefined || !['list', 'prune'].includes(command ?? '') || olderThan === null) {
    console.error(USAGE);
    return 2;
  }
  const { actor, audit } = commandActions(database);
  const wish = { prune: command === 'prune', yes: values.yes === true, people };
  return underSubject({ request_id: actor.requestId }, () => abandonedDrafts(config, olderThan, wish, audit));
});

async function find(
  database: Database,
  typed: { text: string | undefined; state: string | undefined },
  size: number,
  people: boolean,
): Promise<number> {
  const { value, fault } = readSearch({ text: typed.text }, Date.now());
  const wanted = typed.state ?? (typed.text === undefined ? 'unfinished' : 'all');
  const state = DRAFT_STATES.find((name) => name === wanted);
  if (fault !== null || state === undefined) {
    console.error(fault ?? `Unknown state ${wanted}. Use one of ${DRAFT_STATES.join(', ')}.`);
    return 2;
  }
  const { rows, next } = await listDrafts(database, { text: value.text, state }, { size });
  printRows(
    rows,
    {
      DEPOSITION: ({ deposition_id }) => deposition_id,
      CONTAINER: ({ container_id }) => container_id,
      USER: ({ zenodo_user_id }) => zenodo_user_id,
      CREATED: ({ created_at }) => moment(created_at),
      STATE: fate,
    },
    people,
  );
  sayCount(rows.length, 'draft', next !== null);
  return 0;
}

function fate(draft: DraftLine): string {
  const { published_at, deleted_at } = draft;
  if (deleted_at !== null) return `deleted ${moment(deleted_at)} ${whoDeleted(draft)}`;
  return published_at === null ? 'unfinished' : `published ${moment(published_at)}`;
}

async function abandonedDrafts(
  config: Config,
  olderThan: Date,
  { prune, yes, people }: { prune: boolean; yes: boolean; people: boolean },
  audit: (what: string, ids: object) => void,
): Promise<number> {
  // Late: the other commands do without what takes a second to load.
  const { buildApp } = await import('../src/app.js');
  const app = await buildApp({ ...config, operatorPort: undefined, logLevel: 'silent' });
  try {
    const tally = { found: 0, kept: 0, deleted: 0 };
    for await (const { abandoned, caller } of app.drafts.abandonedDrafts(olderThan)) {
      tally.found += 1;
      const goes = prune && abandoned.kept_because === null;
      if (abandoned.kept_because !== null) tally.kept += 1;
      if (goes && yes) {
        await app.drafts.deleteAbandoned(caller, abandoned, 'operator');
        const { deposition_id, container_id, connection_id } = abandoned;
        audit('operator_deleted_draft', { deposition_id, container_id, connection_id });
        tally.deleted += 1;
      }
      const said = goes ? { ...abandoned, [yes ? 'deleted' : 'would_delete']: true } : abandoned;
      const fate = goes ? (yes ? 'deleted' : 'would be deleted') : (abandoned.kept_because ?? '');
      const { deposition_id, container_id, made_at } = abandoned;
      if (people) console.log(`${deposition_id}  ${made_at.slice(0, 10)}  ${container_id ?? '-'}  ${fate}`);
      else console.log(JSON.stringify(said));
    }
    console.error(
      `${plural(tally.found, 'unfinished draft')}, ${tally.kept} not to be deleted, ${tally.deleted} deleted`,
    );
    return 0;
  } finally {
    await app.close();
  }
}
