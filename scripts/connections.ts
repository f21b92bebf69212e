import { parseArgs } from 'node:util';
import { createInventory } from '../src/connections/inventory.js';
import { isForPeople, moment, printRows } from './listing.js';
import { operate } from './operator.js';

const USAGE = `usage: connections list [--zenodo-user ID] [--json]
       connections forget --zenodo-user ID

list     the connections to Zenodo users, never a token
forget   removes all that is kept of a user: tokens, rows of drafts and uploads, bytes on their way. Zenodo is not asked.

  --json   one JSON object a line; also where standard output is no terminal

Exit code 0: done. 1: nobody is connected as that user. 2: called wrongly.`;

/** Lists the connections to Zenodo users, or forgets one user. */
await operate(USAGE, async (database) => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { 'zenodo-user': { type: 'string' }, json: { type: 'boolean' } },
  });
  const [command, ...rest] = positionals;
  const user = values['zenodo-user'];
  if (rest.length === 0 && command === 'list') {
    const found = await createInventory(database).list(user);
    const rows = found.map(({ _count, ...row }) => ({
      ...row,
      handles: _count.accessTokens,
      drafts: _count.drafts,
    }));
    printRows(
      rows,
      {
        USER: ({ zenodoUserId }) => zenodoUserId,
        STATE: ({ state }) => state,
        TOKENS: ({ handles }) => handles,
        DRAFTS: ({ drafts }) => drafts,
        'LAST USED': ({ lastUsedAt }) => moment(lastUsedAt),
        SINCE: ({ createdAt }) => moment(createdAt),
        CONNECTION: ({ id }) => id,
      },
      isForPeople(values.json),
    );
    console.error(`${rows.length} connections`);
    return 0;
  }
  if (rest.length === 0 && command === 'forget' && user !== undefined) {
    const count = await createInventory(database).forget(user);
    const time = new Date().toISOString();
    console.log(JSON.stringify({ time, audit: 'forgotten', zenodoUserId: user, connections: count }));
    if (count === 0) console.error(`nobody is connected as ${user}: see zenodoUserId in the list`);
    return count === 0 ? 1 : 0;
  }
  console.error(USAGE);
  return 2;
});
