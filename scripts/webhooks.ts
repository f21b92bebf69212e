import { parseArgs } from 'node:util';
import { readName, readSearch } from '../src/operator/search.js';
import { idsBegunWith } from '../src/operator/uploads.js';
import { DELIVERIES, listWebhooks, type WebhookLine, whyNoneIsSent } from '../src/operator/webhooks.js';
import { NO_WEBHOOK } from '../src/operator/why-not.js';
import { createReplicas } from '../src/replicas.js';
import { isForPeople, momentOf, printPages } from './listing.js';
import {
  accepted,
  commandActions,
  EXIT_CODES,
  operate,
  printResult,
  readLimit,
  readWords,
  theOne,
} from './operator.js';

const USAGE = `usage: webhooks list [TEXT] [--state STATE]   list webhooks, newest first. TEXT is a container id, deposition id, Zenodo
                                              user id, request id, upload id or webhook id
       webhooks send ID                       send one again, with the same id and content, or at once if it
                                              waits for its next delivery

ID may be the first characters of an id, at least four, if they are unique.

  --state STATE   ${DELIVERIES.join(', ')} (default: all except off)
  --limit N       largest number of rows; 0 for all (default: 50)
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
  const { command, word } = readWords(positionals, { list: 'optional', send: 'needed' });
  const people = isForPeople(values.json);
  if (command === 'send' && word !== undefined) {
    const { actions, actor } = commandActions(database);
    const { id, said } = theOne(word, await idsBegunWith(database, 'events', word), NO_WEBHOOK);
    const result = id === undefined ? { done: false, said } : await actions.sendAgain(id, actor);
    return printResult(result, { webhook_id: id ?? word }, people);
  }
  const { text } = accepted(readSearch({ text: word }, Date.now()));
  const delivery = accepted(readName(DELIVERIES, values.state));
  const why = whyNoneIsSent(await createReplicas(database).living());
  await printPages(
    { thing: 'webhook', limit: readLimit(values.limit), people },
    ({ size, after = null }) => listWebhooks(database, { text, delivery }, { size, after }),
    {
      WEBHOOK: ({ id }) => id,
      DELIVERY: ({ delivery }) => delivery,
      EVENT: ({ type }) => type,
      CONTAINER: ({ container_id }) => container_id,
      DEPOSITION: ({ deposition_id }) => deposition_id,
      HAPPENED: ({ at }) => momentOf(at),
      ATTEMPTS: ({ attempts }) => attempts,
      RESPONSE: ({ last_status, last_error }) => last_status ?? last_error,
      NEXT: (one) => (why === null ? waitOf(one) : null),
    },
  );
  if (why !== null) console.error(why);
  return 0;
});

/** When a webhook is sent next, or what it waits for. */
function waitOf({ delivery, sending, waits_for, next_at }: WebhookLine): string | null {
  if (delivery !== 'pending') return null;
  if (waits_for !== null) return `after ${waits_for}`;
  return sending || next_at.getTime() <= Date.now() ? 'now' : momentOf(next_at);
}
