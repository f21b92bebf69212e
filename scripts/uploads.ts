import { parseArgs } from 'node:util';
import type { Database } from '../src/database/prisma.js';
import { listRefusals } from '../src/operator/refused-uploads.js';
import { readCursor, readSearch, readTime, SEARCHED_STATES, type Search } from '../src/operator/search.js';
import { readUpload } from '../src/operator/upload.js';
import { failureGroups, idsBegunWith, listUploads } from '../src/operator/uploads.js';
import { NO_UPLOAD } from '../src/operator/why-not.js';
import { plural } from '../src/operator/words.js';
import { isForPeople, momentOf, printPages, printRows, screenWidth } from './listing.js';
import {
  accepted,
  commandActions,
  EXIT_CODES,
  operate,
  printResult,
  readLimit,
  readWords,
  theOne,
  WrongUse,
} from './operator.js';
import { uploadText } from './upload-text.js';

const USAGE = `usage: uploads list [TEXT] [options]      list uploads, newest first. TEXT is a container id, deposition id, Zenodo user
                                          id, request id, upload id or its first eight characters, or the beginning of
                                          a file name
       uploads failures [--since TIME]    count failures by user and reason (default: since 1d)
       uploads show ID                    show one upload with its replica, files and history
       uploads retry ID                   retry one that waits, or one that failed and whose bytes are kept
       uploads cancel ID                  cancel one; files that are already at Zenodo stay there

ID may be the first characters of an id, at least four, if they are unique.

  --container ID, --deposition ID, --user ID, --request ID, --file NAME    combined with and
  --state STATE    ${SEARCHED_STATES.slice(0, 5).join(', ')},
                   ${SEARCHED_STATES.slice(5).join(', ')}
                   refused: refused before it became an upload
  --since TIME, --until TIME    when it started: 30m, 2h, 3d or 1w ago, 2030-01-31, or 2030-01-31T10:00 (UTC)
  --limit N        largest number of rows; 0 for all (default: 50)
  --json           one JSON object per line; the default if standard output is not a terminal

${EXIT_CODES}`;

const text = { type: 'string' } as const;

/** Lists uploads, shows one, cancels it or retries it. */
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
  const { command, word } = readWords(positionals, {
    list: 'optional',
    failures: 'alone',
    show: 'needed',
    retry: 'needed',
    cancel: 'needed',
  });
  const { limit, json, ...typed } = values;
  const people = isForPeople(json);
  if (command === 'list') {
    const search = accepted(readSearch({ ...typed, text: word }, Date.now()));
    const show = search.state === 'refused' ? refused : list;
    return show(database, search, readLimit(limit), people);
  }
  if (command === 'failures') {
    const since = readTime(values.since ?? '1d', Date.now());
    if (since !== null) return failures(database, since, people);
    throw new WrongUse(`"${values.since}" is not a time. Use 2h, 3d, 2030-01-31 or 2030-01-31T10:00.`);
  }
  const begun = word ?? '';
  const one = theOne(begun, await idsBegunWith(database, 'uploads', begun), noUpload(begun));
  if (command === 'show') {
    if (one.id !== undefined) return show(database, one.id, people);
    console.error(one.said);
    return 1;
  }
  const { actions, actor } = commandActions(database);
  const act = actions[command === 'retry' ? 'retry' : 'cancel'];
  const result = one.id === undefined ? { done: false, said: one.said } : await act(one.id, actor);
  return printResult(result, { upload_id: one.id ?? word }, people);
});

async function list(database: Database, search: Search, limit: number, people: boolean): Promise<number> {
  await printPages(
    { thing: 'upload', limit, people },
    ({ size, after }) => listUploads(database, search, { size, after: readCursor(after) }),
    {
      UPLOAD: ({ id }) => id,
      STATE: ({ state }) => state,
      CONTAINER: ({ container_id }) => container_id,
      DEPOSITION: ({ deposition_id }) => deposition_id,
      USER: ({ zenodo_user_id }) => zenodo_user_id,
      FILES: ({ files }) => files,
      STARTED: ({ created_at }) => momentOf(created_at),
      WHY: ({ code, detail }) => (code === null ? null : `${code}: ${detail}`),
    },
  );
  const [one] = search.state === undefined ? (await listRefusals(database, search, { size: 1 })).rows : [];
  if (one !== undefined) console.error('there are also refused uploads, see --state refused');
  return 0;
}

/** The uploads that were refused before they were accepted. */
async function refused(database: Database, search: Search, limit: number, people: boolean): Promise<number> {
  await printPages(
    { thing: 'refused upload', limit, people },
    ({ size, after }) => listRefusals(database, search, { size, after: readCursor(after) }),
    {
      AT: ({ at }) => momentOf(at),
      CONTAINER: ({ container_id }) => container_id,
      DEPOSITION: ({ deposition_id }) => deposition_id,
      USER: ({ zenodo_user_id }) => zenodo_user_id,
      REQUEST: ({ request_id }) => request_id,
      WHY: ({ code, detail }) => `${code}: ${detail}`,
    },
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
      'FAILING SINCE': ({ failing_since }) => momentOf(failing_since) ?? 'one has succeeded since',
      'LAST FAILURE': ({ last }) => momentOf(last),
      'LAST DONE': ({ last_done }) => momentOf(last_done),
    },
    people,
  );
  const count = groups.reduce((sum, group) => sum + group.count, 0);
  console.error(count === 0 ? 'no upload failed' : `${plural(count, 'upload')} failed`);
  return 0;
}

/** What is said if no upload has an id. A person may have typed something else to search for. */
function noUpload(typed: string): string {
  return `${NO_UPLOAD} "uploads list ${typed}" also searches for containers, depositions, users, requests and files.`;
}

async function show(database: Database, id: string, people: boolean): Promise<number> {
  const history = await readUpload(database, id);
  if (history === null) {
    console.error(NO_UPLOAD);
    return 1;
  }
  process.stdout.write(people ? uploadText(history, screenWidth()) : `${JSON.stringify(history)}\n`);
  return 0;
}
