#!/usr/bin/env node
import { VERSION } from '../src/version.js';
import { endWithReader } from './closed-pipe.js';

/** Each is a script of its own, which reads the arguments that are left and sets the exit code. */
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

  start         run the service: with NODE_ENV=production for others, else for this machine only, where a database and a
                mock Zenodo are started unless the settings name them
  now           say what runs and how fast, whether Zenodo limits it, and which replicas run
  uploads       list or search uploads, say whose fail, tell the story of one, try it again or cancel it
  connections   list the connections to Zenodo users, or forget one
  drafts        list drafts that were never finished, or delete them; find what became of one
  webhooks      list what the application was told and was not, or send one again
  rotate-keys   seal every stored token with the first of TOKEN_KEYS
  doctor        look whether all that the service stands on is as it should be, and say what to do

Settings come from the environment, and from a .env file beside it.
`;

const [name = 'start'] = process.argv.splice(2, 1);
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;

endWithReader();
if (name === '--help' || name === '-h') process.stdout.write(USAGE);
else if (name === '--version' || name === '-v') process.stdout.write(`${VERSION}\n`);
else if (command !== undefined) await command();
else {
  process.stderr.write(`${name} is no command of zenodo-service\n\n${USAGE}`);
  process.exitCode = 2;
}
