import { parseArgs } from 'node:util';
import { readSearch } from '../src/operator/search.js';
import { DELIVERIES, listWebhooks } from '../src/operator/webhooks.js';
import { isForPeople, moment, printRows, sayCount } from './listing.js';
import { commandActions, EXIT_CODES, operate } from './operator.js';

const USAGE = `usage: webhooks list [TEXT] [--state STATE]   list webhooks, newest first. TEXT is a container id, deposition id, Zenodo
                                              user id, upload id or webhook id
       webhooks send ID                       send one again, with the same id and content

  --state STATE   ${DELIVERIES.join(', ')} (default: all except off)
  --limit N       largest number of rows (default: 50)
  --json          one JSON object per line; the default if standard output is not a terminal

${EXIT_CODES}`;

/** Lists webhooks, or sends one again. */
await operate(USAGE, async (database) => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      state: { type: 'string' },
      limit: { type: 'string', default: '50' },
      json: { type: 'boolean' },
    },
  });
  const [command, word, ...rest] = positionals;
  const people = isForPeople(values.json);
  if (rest.length === 0 && command === 'send' && word !== undefined) {
    const { actions, actor } = commandActions(database);
    const { done, said } = await actions.sendAgain(word, actor);
    process.stdout.write(people ? `${said}\n` : `${JSON.stringify({ webhook_id: word, done, said })}\n`);
    return done ? 0 : 1;
  }
  if (rest.length > 0 || command !== 'list' || !/^\d{1,5}$/.test(values.limit)) {
    console.error(USAGE);
    return 2;
  }
  const { value, fault } = readSearch({ text: word }, Date.now());
  const delivery = DELIVERIES.find((name) => name === values.state);
  if (fault !== null || (values.state !== undefined && delivery === undefined)) {
    console.error(fault ?? `Unknown state ${values.state}. Use one of ${DELIVERIES.join(', ')}.`);
    return 2;
  }
  const size = Number(values.limit) || 50;
  const { rows, next } = await listWebhooks(database, { text: value.text, delivery }, { size });
  printRows(
    rows,
    {
      WEBHOOK: ({ id }) => id,
      DELIVERY: ({ delivery }) => delivery,
      EVENT: ({ type }) => type,
      CONTAINER: ({ container_id }) => container_id,
      DEPOSITION: ({ deposition_id }) => deposition_id,
      HAPPENED: ({ at }) => moment(at),
      ATTEMPTS: ({ attempts }) => attempts,
      RESPONSE: ({ last_status, last_error }) => [last_status ?? [], last_error ?? []].flat().join(' '),
    },
    people,
  );
  sayCount(rows.length, 'webhook', next !== null);
  return 0;
});
