import { compile } from './compile.mjs';

/** `node scripts/run.mjs FILE.ts [argument …]` compiles what changed and runs one of our files. */
await compile();
await import('./launch.mjs');
