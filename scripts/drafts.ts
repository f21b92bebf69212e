import { parseArgs } from 'node:util';
import type { Config } from '../src/config.js';
import type { Database } from '../src/database/prisma.js';
import { Problem } from '../src/errors.js';
import { underSubject } from '../src/log-subject.js';
import { DRAFT_STATES, type DraftLine, fateOfDraft, listDrafts } from '../src/operator/drafts.js';
import { readCursor, readName, readSearch, readTime } from '../src/operator/search.js';
import { plural } from '../src/operator/words.js';
import { isForPeople, momentOf, plain, printPages } from './listing.js';
import { accepted, commandActions, EXIT_CODES, operate, readLimit, readWords, WrongUse } from './operator.js';

const USAGE = `usage: drafts list  [--older-than 30d]
       drafts prune --older-than 30d [--yes]
       drafts find  [TEXT] [--state STATE]

list    lists unpublished drafts of this service, after reading them at Zenodo
prune   lists which of them it would delete; with --yes it deletes them
find    finds drafts in the database, including published and deleted ones, without calling Zenodo. TEXT is a
        deposition id, container id, Zenodo user id, or the id of the request that deleted it

  --older-than AGE  age of the drafts, such as 12h, 30d or 4w
  --state STATE     ${DRAFT_STATES.join(', ')} (default with TEXT: all)
  --limit N         largest number of rows, and for prune of drafts to delete; 0 for all (default: 50 for find, else 0)
  --json            one JSON object per line; the default if standard output is not a terminal

${EXIT_CODES}`;

/** Options of other commands. One that were ignored could let a command delete too much. */
const FOREIGN = {
  list: ['state', 'yes'],
  prune: ['state'],
  find: ['older-than', 'yes'],
} as const;

const FATES = { would_delete: 'would be deleted', deleted: 'deleted', failed: 'not deleted: ' };

/** Lines are printed as Zenodo answers, so the width of their columns is that of the heads. */
const HEADS = ['DEPOSITION', 'CREATED   ', 'CONTAINER', 'REMARK'] as const;

/** Whatever calls Zenodo needs all settings, and not only the database. */
const asksZenodo = process.argv.slice(2).some((word) => word === 'list' || word === 'prune');

/** Finds, lists or deletes drafts. */
await operate(USAGE, work, asksZenodo ? null : ['DATABASE_URL']);

async function work(database: Database, config: Config): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      'older-than': { type: 'string' },
      yes: { type: 'boolean' },
      state: { type: 'string' },
      limit: { type: 'string' },
      json: { type: 'boolean' },
    },
  });
  const { command, word } = readWords(positionals, { list: 'alone', prune: 'alone', find: 'optional' });
  for (const option of FOREIGN[command])
    if (values[option] !== undefined) throw new WrongUse(`${command} has no option --${option}.`);
  const people = isForPeople(values.json);
  const limit = readLimit(values.limit ?? (command === 'find' ? '50' : '0'));
  if (command === 'find') return find(database, { text: word, state: values.state }, limit, people);
  const age = values['older-than'] ?? (command === 'list' ? '0h' : undefined);
  if (age === undefined) throw new WrongUse('prune needs --older-than, such as 30d.');
  const olderThan = /^\d+[hdw]$/.test(age) ? readTime(age, Date.now()) : null;
  if (olderThan === null) throw new WrongUse(`"${age}" is not an age. Use 12h, 30d or 4w.`);
  const { actor, audit } = commandActions(database);
  const wish = { prune: command === 'prune', yes: values.yes === true, limit, people };
  return underSubject({ request_id: actor.requestId }, () => abandonedDrafts(config, olderThan, wish, audit));
}

async function find(
  database: Database,
  typed: { text: string | undefined; state: string | undefined },
  limit: number,
  people: boolean,
): Promise<number> {
  const { text } = accepted(readSearch({ text: typed.text }, Date.now()));
  const first = typed.text === undefined ? 'unfinished' : 'all';
  const state = accepted(readName(DRAFT_STATES, typed.state)) ?? first;
  await printPages(
    { thing: 'draft', limit, people },
    ({ size, after }) => listDrafts(database, { text, state }, { size, after: readCursor(after) }),
    {
      DEPOSITION: ({ deposition_id }) => deposition_id,
      CONTAINER: ({ container_id }) => container_id,
      USER: ({ zenodo_user_id }) => zenodo_user_id,
      CREATED: ({ created_at }) => momentOf(created_at),
      STATE: fate,
    },
  );
  return 0;
}

function fate(draft: DraftLine): string {
  const known = fateOfDraft(draft);
  if (known === null) return 'unfinished';
  return [known.what, momentOf(known.at), known.who].filter((part) => part !== null).join(' ');
}

async function abandonedDrafts(
  config: Config,
  olderThan: Date,
  { prune, yes, limit, people }: { prune: boolean; yes: boolean; limit: number; people: boolean },
  audit: (what: string, ids: object) => void,
): Promise<number> {
  // Imported late: the other commands do not need what takes a second to load.
  const { buildApp } = await import('../src/app.js');
  const app = await buildApp({ ...config, operatorPort: undefined, logLevel: 'silent' });
  try {
    const tally = { found: 0, kept: 0, deleted: 0, failed: 0 };
    let counted = 0;
    for await (const { abandoned, caller } of app.depositions.abandonedDrafts(olderThan)) {
      tally.found += 1;
      const { deposition_id, container_id, connection_id, made_at } = abandoned;
      const goes = prune && abandoned.kept_because === null;
      if (abandoned.kept_because !== null) tally.kept += 1;
      const failure =
        goes && yes ? await fails(app.depositions.deleteAbandoned(caller, abandoned, 'operator')) : null;
      const fate = !yes ? 'would_delete' : failure === null ? 'deleted' : 'failed';
      if (goes && yes) tally[failure === null ? 'deleted' : 'failed'] += 1;
      if (goes && fate === 'deleted')
        audit('operator_deleted_draft', { deposition_id, container_id, connection_id });
      if (people) {
        const said = goes ? FATES[fate] + (failure ?? '') : (abandoned.kept_because ?? '');
        const cells = [plain(deposition_id), made_at.slice(0, 10), plain(container_id), said];
        if (tally.found === 1) console.log(lineOf(HEADS));
        console.log(lineOf(cells));
      } else console.log(JSON.stringify(goes ? { ...abandoned, [fate]: failure ?? true } : abandoned));
      counted += goes || !prune ? 1 : 0;
      if (counted >= limit) break;
    }
    const { found, kept, deleted, failed } = tally;
    console.error(
      `${plural(found, 'unfinished draft')}, ${kept} not to be deleted, ${deleted} deleted${failed > 0 ? `, ${failed} failed` : ''}`,
    );
    return failed > 0 ? 1 : 0;
  } finally {
    await app.close();
  }
}

function lineOf(cells: readonly string[]): string {
  const padded = HEADS.map((head, at) => (cells[at] ?? '').padEnd(head.length));
  return padded.join('  ').trimEnd();
}

/** Why a draft could not be deleted, or null. The other drafts are deleted all the same. */
async function fails(deletion: Promise<void>): Promise<string | null> {
  try {
    await deletion;
    return null;
  } catch (error) {
    if (error instanceof Problem) return error.message;
    throw error;
  }
}
