// Raw SQL: the id of a key is read out of each ciphertext.
import { randomBytes } from 'node:crypto';
import type { Config } from '../../config.js';
import { createEncryption, DecryptionError } from '../../connections/encryption.js';
import { SILENT_SECONDS } from '../../replicas.js';
import { VERSION } from '../../version.js';
import { advice, bad, type Finding, good } from './finding.js';
import { withDatabase } from './with-database.js';

interface Living {
  id: string;
  host: string;
  version: string;
  key_ids: string[];
}

/** Number of stored tokens that are encrypted with a key. */
interface KeyUse {
  key: string;
  tokens: number;
}

/**
 * Each ciphertext begins with the id of its key, see connections/encryption.ts: version, length of
 * the id, id. Other bytes are counted under an empty id.
 */
const KEY_USE = `
  SELECT CASE WHEN length(token) > 2 AND get_byte(token, 0) = 1
      THEN encode(substr(token, 3, get_byte(token, 1)), 'escape') ELSE '' END AS key, count(*)::int AS tokens
  FROM (
    SELECT access_token AS token FROM connections UNION ALL SELECT refresh_token FROM connections
    UNION ALL SELECT personal_token FROM uploads WHERE finished_at IS NULL
  ) stored WHERE token IS NOT NULL GROUP BY 1 ORDER BY 1`;

/** The codes of PostgreSQL for a table and for a column that does not exist. */
const LACKS = new Set(['42P01', '42703']);

/** As many of the stored tokens are decrypted for a try, the newest. */
const TRIED = 200;

const NEWEST = `
  SELECT id::text, access_token AS stored FROM connections WHERE access_token IS NOT NULL
  ORDER BY refreshed_at DESC NULLS LAST LIMIT ${TRIED}`;

/**
 * Whether the replicas that run are of one version, hold every key that stored tokens are encrypted
 * with, and mean the same key by the same id.
 */
export async function checkReplicas({ databaseUrl, tokenKeys }: Config): Promise<Finding[]> {
  try {
    return await withDatabase(databaseUrl, async (client) => {
      const living = await client.query<Living>(
        "SELECT id::text, host, version, key_ids FROM replicas WHERE seen_at > now() - $1 * interval '1 second' ORDER BY started_at, id",
        [SILENT_SECONDS],
      );
      const use = await client.query<KeyUse>(KEY_USE);
      const newest = await client.query<{ id: string; stored: Buffer }>(NEWEST);
      const encryption = createEncryption(tokenKeys, randomBytes);
      const foreign = newest.rows.filter(({ id, stored }) => {
        try {
          encryption.decrypt(stored, { table: 'connections', column: 'access_token', owner: id });
          return false;
        } catch (error) {
          return error instanceof DecryptionError && error.reason === 'tampered';
        }
      });
      if (foreign.length > 0)
        return [judgeVersions(living.rows), otherKey(foreign.length, newest.rows.length)];
      return [judgeVersions(living.rows), ...judgeKeys(living.rows, use.rows)];
    });
  } catch (error) {
    if (LACKS.has((error as { code?: string }).code ?? ''))
      return [
        bad('replicas', 'unknown until the migrations have run', 'Start the service of this release first.'),
      ];
    // The database has a check of its own.
    return [bad('replicas', 'unknown: the database does not respond', 'Fix the database first.')];
  }
}

function judgeVersions(living: Living[]): Finding {
  if (living.length === 0)
    return bad(
      'replicas',
      'no replica was seen in the last minute',
      'Start the service, or wait a minute and run the doctor again.',
    );
  const other = living.filter(({ version }) => version !== VERSION);
  if (other.length === 0)
    return good(
      'replicas',
      `${living.length} ${living.length === 1 ? 'is running' : 'are running'}, version ${VERSION}`,
    );
  return bad(
    'replicas',
    `this is version ${VERSION}, but ${other.map((one) => `${nameOf(one)} is version ${one.version}`).join('; ')}`,
    'Restart each of these with the new version. During an upgrade, this is expected.',
  );
}

function judgeKeys(living: Living[], use: KeyUse[]): Finding[] {
  const tokens = use.reduce((sum, one) => sum + one.tokens, 0);
  const lacks = use.flatMap(({ key, tokens: encrypted }) =>
    living
      .filter(({ key_ids: held }) => !held.includes(key))
      .map((one) => `${nameOf(one)} lacks "${key}", which encrypts ${encrypted} of ${tokens} stored tokens`),
  );
  if (lacks.length > 0)
    return [
      bad(
        'keys',
        lacks.join('; '),
        'Add that key at the end of TOKEN_KEYS and restart. Until then, calls for the users concerned return 500.',
      ),
    ];
  const [first] = living;
  const current = first?.key_ids[0];
  const apart = living.filter(({ key_ids: held }) => held[0] !== current);
  if (first !== undefined && apart.length > 0)
    return [
      bad(
        'keys',
        `${nameOf(first)} encrypts with "${current}", but ${apart.map((one) => `${nameOf(one)} with "${one.key_ids[0]}"`).join('; ')}`,
        'Restart all with the same TOKEN_KEYS.',
      ),
    ];
  const old = use.filter(({ key }) => key !== current);
  if (current !== undefined && old.length > 0)
    return [
      advice(
        'keys',
        `${old.map((one) => `${one.tokens} of ${tokens} stored tokens are encrypted with "${one.key}"`).join('; ')}, new ones with "${current}"`,
        'Run zenodo-service rotate-keys to re-encrypt them. Until then, keep the old key in TOKEN_KEYS.',
      ),
    ];
  return [good('keys', `every replica has the keys of all ${tokens} stored tokens`)];
}

function nameOf({ id, host }: Living): string {
  return `replica ${id.slice(0, 8)} on ${host}`;
}

/**
 * The users concerned would be asked to authorize again by each replica whose key is not the one
 * that the last authorization was encrypted with.
 */
function otherKey(foreign: number, tried: number): Finding {
  return bad(
    'keys',
    `${foreign} of the ${tried} newest stored tokens cannot be decrypted with the key that has their key’s id here`,
    'Compare TOKEN_KEYS of all replicas: no two keys may have the same id. Put the former key back, and give the new one another id. If the keys agree, these rows were changed.',
  );
}
