import { parseArgs } from 'node:util';
import type { Database } from '../src/database/prisma.js';
import { CONNECTION_STATES, listConnections } from '../src/operator/connections.js';
import { readSearch } from '../src/operator/search.js';
import { isForPeople, moment, printPages } from './listing.js';
import { commandActions, EXIT_CODES, operate } from './operator.js';

const USAGE = `usage: connections list [TEXT] [--state STATE]   newest first, never a token; TEXT is a Zenodo user id, or a connection's
       connections forget --zenodo-user ID

forget   removes all that is kept of a user: tokens, rows of drafts and uploads, bytes on their way. Zenodo is not asked.

  --state STATE   ${CONNECTION_STATES.join(', ')} (whose user has to authorize again)
  --limit N       no more than so many (50); 0 for all
  --json          one JSON object a line; also where standard output is no terminal

${EXIT_CODES}`;

/** Lists the connections to Zenodo users, or forgets one user. */
await operate(USAGE, async (database) => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      'zenodo-user': { type: 'string' },
      state: { type: 'string' },
      limit: { type: 'string', default: '50' },
      json: { type: 'boolean' },
    },
  });
  const [command, word, ...rest] = positionals;
  const user = values['zenodo-user'];
  const people = isForPeople(values.json);
  if (rest.length === 0 && command === 'list' && /^\d{1,9}$/.test(values.limit)) {
    const { value, fault } = readSearch({ text: word ?? user }, Date.now());
    const state = CONNECTION_STATES.find((name) => name === values.state);
    if (fault === null && state === values.state)
      return list(
        database,
        { text: value.text, state },
        Number(values.limit) || Number.POSITIVE_INFINITY,
        people,
      );
    console.error(fault ?? `There is no state ${values.state}: ${CONNECTION_STATES.join(', ')}.`);
    return 2;
  }
  if (command === 'forget' && word === undefined && user !== undefined) {
    const { actions, actor } = commandActions(database);
    const { done, said } = await actions.forget(user, actor);
    process.stdout.write(people ? `${said}\n` : `${JSON.stringify({ zenodo_user_id: user, done, said })}\n`);
    return done ? 0 : 1;
  }
  console.error(USAGE);
  return 2;
});

async function list(
  database: Database,
  search: Parameters<typeof listConnections>[1],
  limit: number,
  people: boolean,
): Promise<number> {
  await printPages(
    'connection',
    limit,
    (page) => listConnections(database, search, page),
    {
      USER: ({ zenodo_user_id }) => zenodo_user_id,
      STATE: ({ state }) => state,
      TOKENS: ({ access_tokens }) => access_tokens,
      DRAFTS: ({ drafts }) => drafts,
      'LAST UPLOAD': ({ last_upload_at }) => moment(last_upload_at),
      'LAST USED': ({ last_used_at }) => moment(last_used_at),
      SINCE: ({ created_at }) => moment(created_at),
      CONNECTION: ({ id }) => id,
    },
    people,
  );
  return 0;
}
