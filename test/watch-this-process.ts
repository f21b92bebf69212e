import { writeSync } from 'node:fs';
import { watchAll } from './contract-watch.js';
import { MARK } from './watched-process.js';

// In compiled code, `import.meta.url` is that of the source.
const [, contract = ''] = /\?contract=(\S*)/.exec(process.execArgv.join(' ')) ?? [];
watchAll((violation) => writeSync(2, `${MARK}${violation}\n`), decodeURIComponent(contract));
