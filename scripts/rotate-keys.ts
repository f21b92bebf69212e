import { randomBytes } from 'node:crypto';
import { createEncryption } from '../src/connections/encryption.js';
import { rotateKeys } from '../src/connections/rotate-keys.js';
import { operate } from './operator.js';

/** Seals every stored token with the first key of TOKEN_KEYS. Interrupt it when you like; started again it goes on. */
await operate(async (database, config) => {
  let interrupted = false;
  process.once('SIGINT', () => {
    interrupted = true;
  });
  const encryption = createEncryption(config.tokenKeys, randomBytes);
  const result = await rotateKeys(database, encryption, () => !interrupted);
  console.log(
    `${result.rotated} sealed with "${encryption.currentKeyId}", ${result.current} were already, ${result.overtaken} changed meanwhile`,
  );
  for (const line of result.unreadable) console.error(`cannot be opened: ${line}`);
  if (result.unreadable.some((line) => line.endsWith('unknown_key')))
    console.error(
      'unknown_key: put the key that sealed it behind the others in TOKEN_KEYS, and run this again',
    );
  if (interrupted) console.error('interrupted: run it again');
  else if (result.unreadable.length === 0) console.log('keys behind the first one are no longer needed');
  return interrupted || result.unreadable.length > 0 ? 1 : 0;
});
