import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { createEncryption } from '../src/connections/encryption.js';
import { rotateKeys } from '../src/connections/rotate-keys.js';
import { createReplicas, type Replica, SILENT_SECONDS } from '../src/replicas.js';
import { operate } from './operator.js';

const USAGE = `usage: rotate-keys [--force]

Seals every stored token with the first of TOKEN_KEYS. It can be interrupted and started again.

  --force   also while a running replica lacks that key

Exit code 0: the keys behind the first one are no longer needed. 1: something is left to do. 2: called wrongly.
3: it failed: a setting is wrong, or the database does not answer.`;

/**
 * Seals every stored token with the first key of TOKEN_KEYS. Interrupt it when you like; started
 * again it goes on.
 */
await operate(USAGE, async (database, config) => {
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
    console.error(`Nothing was sealed: a replica that lacks "${key}" could not open what is sealed with it.
Restart each of these with "${key}" in TOKEN_KEYS, and run this again. A replica that was killed counts as running for ${SILENT_SECONDS} s.
--force seals all the same. Until they are restarted, these replicas then answer every call of a connected user with 500.`);
    return 1;
  }
  if (lacking.length > 0)
    console.error(
      'sealed all the same (--force): until they are restarted, these replicas answer every call of a connected user with 500',
    );
  const result = await rotateKeys(database, encryption, () => !interrupted);
  console.log(
    `${result.rotated} sealed with "${key}", ${result.current} were already, ${result.overtaken} changed meanwhile`,
  );
  for (const line of result.unreadable) console.error(`cannot be opened: ${line}`);
  if (result.unreadable.some((line) => line.endsWith('unknown_key')))
    console.error(
      'unknown_key: put the key that sealed it behind the others in TOKEN_KEYS, and run this again',
    );
  // Asked anew: a replica may have started meanwhile.
  const behind = (await replicas.living()).filter(({ keyIds }) => keyIds[0] !== key);
  for (const { keyIds, ...replica } of behind)
    console.error(`still seals with "${keyIds[0]}": ${nameOf(replica)}`);
  if (behind.length > 0)
    console.error(`restart each of these with "${key}" first in TOKEN_KEYS, and run this again`);
  if (interrupted) console.error('interrupted: run it again');
  if (interrupted || result.unreadable.length > 0 || behind.length > 0) return 1;
  console.log('keys behind the first one are no longer needed');
  return 0;
});

function nameOf({ id, host, version, startedAt }: Omit<Replica, 'keyIds'>): string {
  return `replica ${id} on ${host}, version ${version}, started ${startedAt.toISOString()}`;
}
