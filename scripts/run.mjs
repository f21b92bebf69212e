import { compile } from './compile.mjs';

/** `node scripts/run.mjs FILE.ts [argument …]` compiles what changed, and runs a file of ours. */
await compile();
await import('./launch.mjs');
