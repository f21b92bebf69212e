import { writeSync } from 'node:fs';
import { watchAll } from './contract-watch.js';
import { MARK } from './watched-process.js';

watchAll((violation) => writeSync(2, `${MARK}${violation}\n`));
