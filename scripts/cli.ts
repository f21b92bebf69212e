#!/usr/bin/env node
import { VERSION } from '../src/version.js';
import { endWithReader } from './closed-pipe.js';

/** Each command is a script that reads the remaining arguments and sets the exit code. */
const COMMANDS: Record<string, () => Promise<unknown>> = {
  start: () => import('./start.js'),
  now: () => import('./now.js'),
  uploads: () => import('./uploads.js'),
  connections: () => import('./connections.js'),
  drafts: () => import('./drafts.js'),
  webhooks: () => import('./webhooks.js'),
  'rotate-keys': () => import('./rotate-keys.js'),
  doctor: () => import('./doctor.js'),
};

const USAGE = `usage: zenodo-service [start]
       zenodo-service now | uploads | connections | drafts | webhooks | rotate-keys | doctor [arguments]
       zenodo-service COMMAND --help
       zenodo-service --help | --version

  start         Run the service. Without NODE_ENV=production it can be reached from this machine only, and starts its
                own database and mock Zenodo unless they are set.
  now           Show running uploads, their speed, Zenodo's rate limit, staging volumes, and replicas.
  uploads       List and search uploads, summarize failures, show one upload, retry it or cancel it.
  connections   List connections to Zenodo users, or delete the data of a user.
  drafts        List or delete unfinished drafts, or find a draft.
  webhooks      List webhooks, or send one again.
  rotate-keys   Encrypt all stored tokens with the first key in TOKEN_KEYS.
  doctor        Check the environment of the service, and say how to fix what is wrong.

Settings are read from the environment, and from a .env file in the working directory.
`;

const [name = 'start'] = process.argv.splice(2, 1);
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;

endWithReader();
if (name === '--help' || name === '-h') process.stdout.write(USAGE);
else if (name === '--version' || name === '-v') process.stdout.write(`${VERSION}\n`);
else if (command !== undefined) await command();
else {
  process.stderr.write(`unknown command: ${name}\n\n${USAGE}`);
  process.exitCode = 2;
}
