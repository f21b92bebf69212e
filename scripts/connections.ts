import { parseArgs } from 'node:util';
import type { Database } from '../src/database/prisma.js';
import { CONNECTION_STATES, listConnections } from '../src/operator/connections.js';
import { readCursor, readName, readSearch } from '../src/operator/search.js';
import { isForPeople, momentOf, printPages } from './listing.js';
import {
  accepted,
  commandActions,
  EXIT_CODES,
  operate,
  printResult,
  readLimit,
  readWords,
  WrongUse,
} from './operator.js';

const USAGE = `usage: connections list [TEXT] [--state STATE]
       connections forget --zenodo-user ID

list     lists connections, newest first, without tokens. TEXT is a Zenodo user id or a connection id.
forget   deletes all data of a user: tokens, drafts and uploads in the database, staged bytes. It does not call Zenodo.

  --state STATE   ${CONNECTION_STATES.join(', ')} (the user must authorize again)
  --limit N       largest number of rows; 0 for all (default: 50)
  --json          one JSON object per line; the default if standard output is not a terminal

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
  const { command, word } = readWords(positionals, { list: 'optional', forget: 'alone' });
  const user = values['zenodo-user'];
  const people = isForPeople(values.json);
  if (command === 'list') {
    const { text } = accepted(readSearch({ text: word ?? user }, Date.now()));
    const state = accepted(readName(CONNECTION_STATES, values.state));
    return list(database, { text, state }, readLimit(values.limit), people);
  }
  if (user === undefined) throw new WrongUse('forget needs --zenodo-user ID.');
  const { actions, actor } = commandActions(database);
  return printResult(await actions.forget(user, actor), { zenodo_user_id: user }, people);
});

async function list(
  database: Database,
  search: Parameters<typeof listConnections>[1],
  limit: number,
  people: boolean,
): Promise<number> {
  await printPages(
    { thing: 'connection', limit, people },
    ({ size, after }) => listConnections(database, search, { size, after: readCursor(after) }),
    {
      USER: ({ zenodo_user_id }) => zenodo_user_id,
      STATE: ({ state }) => state,
      ENDED: ({ ended_at, ended_by }) => (ended_at === null ? null : `${ended_by} ${momentOf(ended_at)}`),
      TOKENS: ({ access_tokens }) => access_tokens,
      DRAFTS: ({ drafts }) => drafts,
      'LAST UPLOAD': ({ last_upload_at }) => momentOf(last_upload_at),
      'LAST USED': ({ last_used_at }) => momentOf(last_used_at),
      CONNECTED: ({ created_at }) => momentOf(created_at),
      CONNECTION: ({ id }) => id,
    },
  );
  return 0;
}
