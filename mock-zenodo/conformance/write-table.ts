import { readFile, writeFile } from 'node:fs/promises';
import { withFidelityTable } from './fidelity-table.js';
import { allRules } from './rules.js';

const readme = new URL('../README.md', import.meta.url);
await writeFile(readme, withFidelityTable(await readFile(readme, 'utf8'), allRules));
