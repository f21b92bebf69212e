import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * `node scripts/launch.mjs FILE.ts [argument …]` runs one of our files as it was last compiled. The
 * program sees itself as if Node.js ran FILE.ts.
 */
process.setSourceMapsEnabled(true);
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const file = resolve(process.argv[2] ?? '');
process.argv.splice(1, 2, file);
const compiled = new URL(`../.build/${file.slice(ROOT.length).replace(/\.ts$/, '.js')}`, import.meta.url);
await import(compiled.href);
