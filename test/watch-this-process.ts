import { writeSync } from 'node:fs';
import { watchAll } from './contract-watch.js';
import { MARK } from './watched-process.js';

const contract = new URL(import.meta.url).searchParams.get('contract') ?? '';
watchAll((violation) => writeSync(2, `${MARK}${violation}\n`), contract);
