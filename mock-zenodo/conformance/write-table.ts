import { readFile, writeFile } from 'node:fs/promises';
import { NAMED_FAULTS } from '../faults/named.js';
import { withTables } from './fidelity-table.js';
import { allRules } from './rules.js';

const readme = new URL('../README.md', import.meta.url);
await writeFile(readme, withTables(await readFile(readme, 'utf8'), allRules, NAMED_FAULTS));
