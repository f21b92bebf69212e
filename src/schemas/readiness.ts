import { type Static, Type } from 'typebox';

const word = (words: string[], description: string) => Type.Enum(words, { type: 'string', description });

/** What a process stands on, by name. */
export const ChecksSchema = Type.Object({
  database: word(['ok', 'unreachable'], 'Whether PostgreSQL answers.'),
  migrations: word(['ok', 'missing', 'unknown'], 'Whether its tables are those of this release, or newer.'),
  staging: word(
    ['ok', 'full', 'not_writable'],
    '`full`: uploads are refused with `staging_full`, all else works.',
  ),
  zenodo: word(
    ['ok', 'holds_back'],
    '`holds_back`: Zenodo has refused a call for its number and taken none since; after its pause, of two minutes at most, one call tries. Does not make this a 503.',
  ),
  uploads: word(['ok', 'draining'], '`draining`: the process ends and takes no more of them.'),
});

export type Checks = Static<typeof ChecksSchema>;
