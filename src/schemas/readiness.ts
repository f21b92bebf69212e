import { type Static, Type } from 'typebox';

const word = (words: string[], description: string) => Type.Enum(words, { type: 'string', description });

/** What a process depends on, by name. */
export const ChecksSchema = Type.Object({
  database: word(
    ['ok', 'unreachable', 'read_only'],
    'Whether PostgreSQL responds. `read_only`: it accepts no changes, for example because it is a standby.',
  ),
  migrations: word(
    ['ok', 'missing', 'unknown'],
    'Whether the tables are those of this release or a newer one, and may be used.',
  ),
  staging: word(
    ['ok', 'full', 'not_writable'],
    '`full`: uploads are refused with `staging_full`. All other calls work.',
  ),
  zenodo: word(
    ['ok', 'holds_back'],
    '`holds_back`: Zenodo’s rate limit is reached, and calls to Zenodo are paused. After at most two minutes, one call tries again. This does not cause a 503.',
  ),
  uploads: word(['ok', 'draining'], '`draining`: the process is shutting down and accepts no new uploads.'),
});

export type Checks = Static<typeof ChecksSchema>;
