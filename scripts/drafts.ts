import { parseArgs } from 'node:util';
import { buildApp } from '../src/app.js';
import { operate } from './operator.js';

const USAGE = `usage: drafts list  [--older-than 30d]
       drafts prune --older-than 30d [--yes]

Lists drafts that this service made and nobody published. prune says what it would delete; with --yes it does.`;

const UNITS: Record<string, number> = { h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Lists or removes drafts that were never finished. */
await operate(async (_database, config) => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { 'older-than': { type: 'string' }, yes: { type: 'boolean' } },
  });
  const [command, ...rest] = positionals;
  const age = values['older-than'] ?? (command === 'list' ? '0h' : undefined);
  const [, count, unit = ''] = /^(\d+)([hdw])$/.exec(age ?? '') ?? [];
  if (rest.length > 0 || !['list', 'prune'].includes(command ?? '') || count === undefined) {
    console.error(USAGE);
    return 2;
  }
  const app = await buildApp({ ...config, logLevel: 'silent' });
  try {
    const olderThan = new Date(Date.now() - Number(count) * (UNITS[unit] ?? 0));
    const tally = { found: 0, kept: 0, deleted: 0 };
    for await (const { orphan, caller } of app.drafts.orphans(olderThan)) {
      tally.found += 1;
      const goes = command === 'prune' && orphan.kept_because === null;
      if (orphan.kept_because !== null) tally.kept += 1;
      if (goes && values.yes) {
        await app.drafts.pruneOrphan(caller, orphan);
        tally.deleted += 1;
      }
      console.log(
        JSON.stringify(goes ? { ...orphan, [values.yes ? 'deleted' : 'would_delete']: true } : orphan),
      );
    }
    console.error(`${tally.found} unfinished drafts, ${tally.kept} to be kept, ${tally.deleted} deleted`);
    return 0;
  } finally {
    await app.close();
  }
});
