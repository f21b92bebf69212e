import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { Config } from '../src/config.js';
import { createEncryption } from '../src/connections/encryption.js';
import { rotateKeys } from '../src/connections/rotate-keys.js';
import type { Database } from '../src/database/prisma.js';
import { createReplicas, type Replica, SILENT_SECONDS } from '../src/replicas.js';
import { operate } from './operator.js';

const USAGE = `usage: rotate-keys [--force]

Encrypts all stored tokens with the first key in TOKEN_KEYS. You can interrupt it and start it again.

  --force   even if a running replica lacks that key

Exit code 0: the other keys are no longer needed. 1: something remains to be done. 2: wrong arguments.
3: failure: a setting is wrong, or the database does not respond.`;

/**
 * Encrypts all stored tokens with the first key in TOKEN_KEYS. It can be interrupted; the next run
 * continues.
 */
await operate(USAGE, rotate, ['NODE_ENV', 'DATABASE_URL', 'TOKEN_KEYS']);

async function rotate(database: Database, config: Config): Promise<number> {
  const { force } = parseArgs({ options: { force: { type: 'boolean', default: false } } }).values;
  let interrupted = false;
  process.once('SIGINT', () => {
    interrupted = true;
  });
  const encryption = createEncryption(config.tokenKeys, randomBytes);
  const key = encryption.currentKeyId;
  const replicas = createReplicas(database);
  const lacking = (await replicas.living()).filter(({ keyIds }) => !keyIds.includes(key));
  for (const replica of lacking) console.error(`lacks "${key}": ${nameOf(replica)}`);
  if (lacking.length > 0 && !force) {
    console.error(`Nothing was encrypted: a replica that lacks "${key}" could not decrypt the tokens.
Restart each of these with "${key}" in TOKEN_KEYS, and run this again. A replica that was killed counts as running for ${SILENT_SECONDS} s.
--force encrypts nevertheless. Until you restart them, these replicas then return 500 for every call of a connected user.`);
    return 1;
  }
  if (lacking.length > 0)
    console.error(
      'encrypting nevertheless (--force): until you restart them, these replicas return 500 for every call of a connected user',
    );
  const result = await rotateKeys(database, encryption, () => !interrupted);
  console.log(
    `${result.rotated} encrypted with "${key}", ${result.current} already were, ${result.overtaken} changed meanwhile`,
  );
  for (const line of result.unreadable) console.error(`cannot be decrypted: ${line}`);
  if (result.unreadable.some((line) => line.endsWith('unknown_key')))
    console.error('unknown_key: add the key that encrypted it at the end of TOKEN_KEYS, and run this again');
  if (result.unreadable.some((line) => line.endsWith('tampered')))
    console.error(
      'tampered: it was changed, or the key that encrypted it had the same id: put that key back into TOKEN_KEYS, and give the new one another id',
    );
  // Queried again, because a replica may have started meanwhile.
  const behind = (await replicas.living()).filter(({ keyIds }) => keyIds[0] !== key);
  for (const { keyIds, ...replica } of behind)
    console.error(`still encrypts with "${keyIds[0]}": ${nameOf(replica)}`);
  if (behind.length > 0)
    console.error(`restart each of these with "${key}" first in TOKEN_KEYS, and run this again`);
  if (interrupted) console.error('interrupted: run it again');
  if (interrupted || result.unreadable.length > 0 || behind.length > 0) return 1;
  // A replica that was restarted meanwhile may have written with its old key behind this run.
  const late = await rotateKeys(database, encryption, () => !interrupted);
  if (late.rotated > 0) console.log(`${late.rotated} more, which a replica had stored meanwhile`);
  for (const line of late.unreadable) console.error(`cannot be decrypted: ${line}`);
  if (interrupted || late.unreadable.length > 0) {
    console.error('run it again');
    return 1;
  }
  console.log('the other keys are no longer needed');
  return 0;
}

function nameOf({ id, host, version, startedAt }: Omit<Replica, 'keyIds'>): string {
  return `replica ${id} on ${host}, version ${version}, started ${startedAt.toISOString()}`;
}
