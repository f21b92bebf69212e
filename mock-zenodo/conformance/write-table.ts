import { readFile, writeFile } from 'node:fs/promises';
import { NAMED_FAULTS } from '../faults/named.js';
import { withFaults, withRules } from './fidelity-table.js';
import { allRules } from './rules.js';

const fidelity = new URL('../docs/fidelity.md', import.meta.url);
await writeFile(fidelity, withRules(await readFile(fidelity, 'utf8'), allRules));
const faults = new URL('../docs/faults.md', import.meta.url);
await writeFile(faults, withFaults(await readFile(faults, 'utf8'), NAMED_FAULTS));
