import { parseArgs } from 'node:util';
import { createInventory } from '../src/connections/inventory.js';
import { operate } from './operator.js';

const USAGE = `usage: connections list [--zenodo-user ID]
       connections forget --zenodo-user ID`;

/** Lists the connections to Zenodo users, or forgets one user. */
await operate(async (database) => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { 'zenodo-user': { type: 'string' } },
  });
  const [command, ...rest] = positionals;
  const user = values['zenodo-user'];
  const inventory = createInventory(database);
  if (rest.length === 0 && command === 'list') {
    const rows = await inventory.list(user);
    for (const { _count, ...row } of rows) {
      console.log(JSON.stringify({ ...row, handles: _count.accessTokens, drafts: _count.drafts }));
    }
    console.error(`${rows.length} connections`);
    return 0;
  }
  if (rest.length === 0 && command === 'forget' && user !== undefined) {
    const count = await inventory.forget(user);
    console.log(
      JSON.stringify({
        time: new Date().toISOString(),
        audit: 'forgotten',
        zenodoUserId: user,
        connections: count,
      }),
    );
    if (count === 0) console.error(`nobody is connected as ${user}: see zenodoUserId in the list`);
    return count === 0 ? 1 : 0;
  }
  console.error(USAGE);
  return 2;
});
